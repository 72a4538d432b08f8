DO $$
DECLARE
    made record;
BEGIN
    FOR made IN SELECT rolname FROM pg_roles
        WHERE rolname IN ('itemwell_learner', 'itemwell_app', 'itemwell_keys')
            AND shobj_description(oid, 'pg_authid') = 'made by itemwell'
            AND NOT EXISTS (SELECT FROM pg_auth_members
                WHERE roleid = pg_roles.oid AND pg_get_userbyid(member) <> current_user)
    LOOP
        BEGIN
            EXECUTE format('DROP ROLE %I', made.rolname);
        EXCEPTION WHEN dependent_objects_still_exist OR undefined_object OR insufficient_privilege THEN
            NULL;  -- another bank of this server uses it
        END;
    END LOOP;
END $$;
