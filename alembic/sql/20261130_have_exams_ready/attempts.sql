CREATE FUNCTION start_attempt(p_attempt_id bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER FIXED_PATH AS $$
BEGIN
    PERFORM exam_require_self((SELECT user_id FROM exam_attempts WHERE id = p_attempt_id));
    UPDATE exam_attempts SET started_at = coalesce(started_at, clock_timestamp())
    WHERE id = p_attempt_id AND finished_at IS NULL;
    RETURN FOUND;
END $$;

CREATE FUNCTION read_attempt(p_attempt_id bigint)
RETURNS TABLE (exam_id bigint, exam_type text, started_at timestamptz, finished_at timestamptz,
    questions json)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 FIXED_PATH AS $$
BEGIN
    PERFORM exam_require_self((SELECT user_id FROM exam_attempts WHERE id = p_attempt_id));
    RETURN QUERY SELECT attempt.exam_id, attempt.exam_type, attempt.started_at, attempt.finished_at,
        (exam_content(attempt.questions, false)).content
    FROM exam_attempts AS attempt WHERE attempt.id = p_attempt_id;
END $$;

CREATE FUNCTION finish_attempt(p_attempt_id bigint, p_score jsonb) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER FIXED_PATH AS $$
BEGIN
    UPDATE exam_attempts SET finished_at = clock_timestamp(), score = p_score
    WHERE id = p_attempt_id AND finished_at IS NULL;
    RETURN FOUND;
END $$;
