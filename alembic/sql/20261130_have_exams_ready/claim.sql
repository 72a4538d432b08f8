CREATE FUNCTION claim_exam(p_user_id text, p_exam_type text)
RETURNS TABLE (exam_id bigint, attempt_id bigint, exam_type text, expires_at timestamptz,
    questions json, replaced integer, missing integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER ROWS 1 FIXED_PATH AS $$
DECLARE
    exam record;
    candidate bigint;
    moment timestamptz;
    form jsonb;
    held integer;
BEGIN
    PERFORM exam_require_self(p_user_id);
    LOOP
        SELECT ready.id INTO candidate FROM pre_generated_exams AS ready
        WHERE ready.user_id = p_user_id AND ready.exam_type = p_exam_type AND ready.used = false
            AND ready.expires_at > clock_timestamp()
        ORDER BY ready.generated_at, ready.id LIMIT 1 FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        moment := clock_timestamp();
        UPDATE pre_generated_exams AS ready SET used = true, used_at = moment
        WHERE ready.id = candidate AND ready.expires_at > moment
        RETURNING ready.expires_at, ready.questions, ready.spares INTO exam;
        EXIT WHEN FOUND;  -- else it expired between the two, and another is looked for
    END LOOP;
    form := exam.questions;
    replaced := 0;
    SELECT made.content, made.held INTO questions, held FROM exam_content(form, true) AS made;
    IF held <> jsonb_array_length(form) THEN
        SELECT made.mended, made.replaced INTO form, replaced
        FROM exam_mended(exam.questions, exam.spares) AS made;
        SELECT made.content INTO questions FROM exam_content(form, true) AS made;
    END IF;
    INSERT INTO exam_attempts AS attempt (exam_id, user_id, exam_type, questions, claimed_at)
    VALUES (candidate, p_user_id, p_exam_type, form, moment) RETURNING attempt.id INTO attempt_id;
    exam_id := candidate;
    exam_type := p_exam_type;
    expires_at := exam.expires_at;
    missing := jsonb_array_length(exam.questions) - jsonb_array_length(form);
    RETURN NEXT;
END $$;
