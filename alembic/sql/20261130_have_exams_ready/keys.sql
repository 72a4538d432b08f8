CREATE FUNCTION exam_keys(p_attempt_id bigint)
RETURNS TABLE ("position" integer, question_id bigint, key text, scored boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER FIXED_PATH AS $$
BEGIN
    RETURN QUERY SELECT place::integer, (entry ->> 'id')::bigint,
        chr(64 + nullif(strpos(entry ->> 'order', question.key), 0)), (entry ->> 'scored')::boolean
    FROM exam_attempts AS attempt,
        jsonb_array_elements(attempt.questions) WITH ORDINALITY AS listed (entry, place)
    LEFT JOIN questions AS question ON question.id = (entry ->> 'id')::bigint
    WHERE attempt.id = p_attempt_id ORDER BY place;
END $$;
