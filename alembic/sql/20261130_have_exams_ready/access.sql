CREATE FUNCTION exam_access() RETURNS void LANGUAGE plpgsql FIXED_PATH AS $$
DECLARE
    role_name text;
    here text := (SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = 'exam_attempts'::regclass);
BEGIN
    FOREACH role_name IN ARRAY ARRAY['itemwell_learner', 'itemwell_app', 'itemwell_keys'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = role_name);
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
            EXECUTE format('COMMENT ON ROLE %I IS %L', role_name, 'made by itemwell');
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;  -- another bank's migration did
            WHEN insufficient_privilege THEN
                RAISE NOTICE 'may not create role %', role_name
                    USING HINT = 'Have it created, then SELECT exam_access().';
        END;
    END LOOP;
    REVOKE ALL ON question_faces, learners, pre_generated_exams, exam_attempts FROM PUBLIC;
    REVOKE ALL ON FUNCTION face_question(), exam_require_self(text), exam_content(jsonb, boolean),
        exam_mended(jsonb, jsonb), claim_exam(text, text), start_attempt(bigint),
        read_attempt(bigint), finish_attempt(bigint, jsonb), exam_keys(bigint), exam_access()
        FROM PUBLIC;
    FOR role_name IN SELECT rolname FROM pg_roles
        WHERE rolname IN ('itemwell_learner', 'itemwell_app', 'itemwell_keys')
            AND NOT has_schema_privilege(oid, here, 'USAGE')
    LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA %s TO %I', here, role_name);
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'itemwell_learner') THEN
        GRANT SELECT (id, user_id, exam_type, generated_at, expires_at, used, used_at, created_at)
            ON pre_generated_exams TO itemwell_learner;
        GRANT SELECT (id, exam_id, user_id, exam_type, claimed_at, started_at, finished_at, score)
            ON exam_attempts TO itemwell_learner;
        GRANT EXECUTE ON FUNCTION claim_exam(text, text), start_attempt(bigint), read_attempt(bigint)
            TO itemwell_learner;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'itemwell_app') THEN
        GRANT SELECT ON pre_generated_exams, exam_attempts TO itemwell_app;
        GRANT EXECUTE ON FUNCTION claim_exam(text, text), start_attempt(bigint), read_attempt(bigint),
            finish_attempt(bigint, jsonb) TO itemwell_app;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'itemwell_keys') THEN
        GRANT EXECUTE ON FUNCTION exam_keys(bigint) TO itemwell_keys;
    END IF;
END $$;
