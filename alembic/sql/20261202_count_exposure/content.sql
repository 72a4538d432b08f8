-- A look at the index per question, in the order of the exam, whatever the planner knows of the table:
-- it takes a form for 100 questions at most and would read every face there is.
CREATE OR REPLACE FUNCTION exam_content(form jsonb, only_in_use boolean, OUT content json, OUT held integer)
LANGUAGE plpgsql STABLE FIXED_PATH AS $$
BEGIN
    SELECT concat('[', string_agg(concat(face.head, '{"letter":"A",', options[ascii(letters) - 64],
            ',{"letter":"B",' || options[ascii(substr(letters, 2)) - 64],
            ',{"letter":"C",' || options[ascii(nullif(substr(letters, 3), '')) - 64],
            ',{"letter":"D",' || options[ascii(nullif(substr(letters, 4), '')) - 64],
            ',{"letter":"E",' || options[ascii(nullif(substr(letters, 5), '')) - 64],
            ',{"letter":"F",' || options[ascii(nullif(substr(letters, 6), '')) - 64],
        ']}'), ',' ORDER BY place), ']'), count(*)
    INTO content, held
    FROM (SELECT (entry ->> 'id')::bigint AS question_id, entry ->> 'order' AS letters,
            entry ->> 'signature' AS signature, place
        FROM jsonb_array_elements(form) WITH ORDINALITY AS listed (entry, place)) AS wanted
    CROSS JOIN LATERAL (SELECT head, options FROM question_faces AS found
        WHERE found.question_id = wanted.question_id
            AND (NOT only_in_use OR (found.in_use AND found.signature = wanted.signature))
        OFFSET 0) AS face;
END $$;
