-- Whoever removes exams holds every desk first: whoever keeps some has his before he counts, too.
CREATE FUNCTION hold_desks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER FIXED_PATH AS $$
BEGIN
    PERFORM FROM exam_desks ORDER BY exam_type FOR UPDATE;
    RETURN NULL;
END $$;

-- In the order of the key, so that two who count at once do not wait for each other crosswise.
CREATE FUNCTION count_exposure() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER FIXED_PATH AS $$
DECLARE
    step integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    INSERT INTO exam_desks AS desk (exam_type, version, exams)
    SELECT exam_type, 0, step * count(*) FROM changed GROUP BY exam_type ORDER BY exam_type
    ON CONFLICT (exam_type) DO UPDATE SET exams = desk.exams + excluded.exams,
        version = desk.version + (step < 0)::integer;
    INSERT INTO exam_exposure AS known (exam_type, question_id, exams)
    SELECT exam_type, (entry ->> 'id')::bigint, step * count(*)
    FROM changed, jsonb_array_elements(questions) AS entry GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (exam_type, question_id) DO UPDATE SET exams = known.exams + excluded.exams;
    RETURN NULL;
END $$;

CREATE FUNCTION forget_exposure() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER FIXED_PATH AS $$
BEGIN
    UPDATE exam_desks SET exams = 0, version = version + 1;
    DELETE FROM exam_exposure;
    RETURN NULL;
END $$;

REVOKE ALL ON FUNCTION hold_desks(), count_exposure(), forget_exposure() FROM PUBLIC;
REVOKE ALL ON exam_exposure FROM PUBLIC;

CREATE TRIGGER hold_desks BEFORE DELETE ON pre_generated_exams
FOR EACH STATEMENT EXECUTE FUNCTION hold_desks();

CREATE TRIGGER count_kept AFTER INSERT ON pre_generated_exams REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_exposure();

CREATE TRIGGER count_removed AFTER DELETE ON pre_generated_exams REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_exposure();

CREATE TRIGGER count_none AFTER TRUNCATE ON pre_generated_exams
FOR EACH STATEMENT EXECUTE FUNCTION forget_exposure();

-- The exams that there were; the triggers' locks keep others from adding some meanwhile.
INSERT INTO exam_desks AS desk (exam_type, version, exams)
SELECT exam_type, 0, count(*) FROM pre_generated_exams GROUP BY exam_type
ON CONFLICT (exam_type) DO UPDATE SET exams = excluded.exams, version = desk.version + 1;

INSERT INTO exam_exposure (exam_type, question_id, exams)
SELECT exam_type, (entry ->> 'id')::bigint, count(*)
FROM pre_generated_exams, jsonb_array_elements(questions) AS entry GROUP BY 1, 2;
