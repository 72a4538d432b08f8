DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'itemwell_scheduler'
        AND shobj_description(oid, 'pg_authid') = 'made by itemwell') THEN
        EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM itemwell_scheduler', current_schema());
        DROP ROLE itemwell_scheduler;
    END IF;
EXCEPTION WHEN dependent_objects_still_exist OR undefined_object OR insufficient_privilege THEN
    NULL;  -- another bank of this server uses it
END $$;
