-- The role that the session acts as; inside SECURITY DEFINER current_user is the owner.
CREATE FUNCTION exam_caller() RETURNS name LANGUAGE plpgsql STABLE FIXED_PATH AS $$
BEGIN
    RETURN coalesce(nullif(current_setting('role', true), 'none'), session_user);
END $$;

CREATE FUNCTION exam_role_has(who name, granted text) RETURNS boolean
LANGUAGE plpgsql STABLE FIXED_PATH AS $$
BEGIN
    RETURN EXISTS (SELECT FROM pg_roles WHERE rolname = granted AND pg_has_role(who, oid, 'MEMBER'));
END $$;

CREATE FUNCTION exam_learner() RETURNS text LANGUAGE plpgsql STABLE FIXED_PATH AS $$
BEGIN
    IF NOT exam_role_has(session_user, 'itemwell_app') THEN
        RETURN session_user;
    END IF;
    RETURN coalesce(
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
        nullif(current_setting('itemwell.user_id', true), ''),
        exam_caller());
END $$;

-- Called by functions that are SECURITY DEFINER: current_user is their owner.
CREATE FUNCTION exam_require_self(whose text) RETURNS void LANGUAGE plpgsql STABLE FIXED_PATH AS $$
DECLARE
    caller name := exam_caller();
BEGIN
    IF whose = exam_learner() OR exam_role_has(caller, 'itemwell_app')
        OR pg_has_role(caller, current_user, 'USAGE') THEN
        RETURN;
    END IF;
    RAISE insufficient_privilege USING
        MESSAGE = format('role %s may see no exam of another learner', caller),
        HINT = 'An application''s role wants to be a member of itemwell_app.';
END $$;
