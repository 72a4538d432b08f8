CREATE FUNCTION exam_mended(form jsonb, spares jsonb, OUT mended jsonb, OUT replaced integer)
LANGUAGE plpgsql STABLE FIXED_PATH AS $$
DECLARE
    usable bigint[];
    taken bigint[];
    lost jsonb;
    spare jsonb;
BEGIN
    SELECT array_agg(face.question_id) INTO usable
    FROM jsonb_array_elements(form || spares) AS listed (entry)
    JOIN question_faces AS face ON face.question_id = (listed.entry ->> 'id')::bigint
        AND face.signature = listed.entry ->> 'signature'
    WHERE face.in_use;
    SELECT array_agg((listed.entry ->> 'id')::bigint) INTO taken
    FROM jsonb_array_elements(form) AS listed (entry);
    mended := '[]';
    replaced := 0;
    FOR lost IN SELECT listed.entry FROM jsonb_array_elements(form) WITH ORDINALITY
        AS listed (entry, place) ORDER BY listed.place
    LOOP
        IF (lost ->> 'id')::bigint = ANY (usable) THEN
            mended := mended || jsonb_build_array(lost);
            CONTINUE;
        END IF;
        -- What is scored was calibrated: a new question never takes the place of such a one.
        SELECT listed.entry INTO spare
        FROM jsonb_array_elements(spares) WITH ORDINALITY AS listed (entry, place)
        WHERE listed.entry ->> 'stratum' = lost ->> 'stratum'
            AND ((listed.entry ->> 'scored')::boolean OR NOT (lost ->> 'scored')::boolean)
            AND (listed.entry ->> 'id')::bigint = ANY (usable)
            AND (listed.entry ->> 'id')::bigint <> ALL (taken)
        ORDER BY listed.entry ->> 'scored' <> lost ->> 'scored', listed.place LIMIT 1;
        IF FOUND THEN
            mended := mended
                || jsonb_build_array(spare || jsonb_build_object('scored', lost -> 'scored'));
            taken := taken || (spare ->> 'id')::bigint;
            replaced := replaced + 1;
        END IF;
    END LOOP;
END $$;
