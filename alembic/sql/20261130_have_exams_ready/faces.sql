-- What learners see of a question, as pieces of JSON: an exam of 225 questions is put together of them
-- in a quarter of the time that building it from the questions' columns takes.
CREATE FUNCTION question_face(id bigint, stem text, stimulus jsonb, options jsonb,
    OUT head text, OUT pieces text[]) LANGUAGE plpgsql IMMUTABLE FIXED_PATH AS $$
BEGIN
    head := concat('{"id":', id, ',"stem":', to_json(stem), ',"stimulus":',
        coalesce(stimulus::text, 'null'), ',"options":[');
    pieces := ARRAY(
        SELECT concat('"text":', coalesce((option -> 'text')::text, 'null'),
            ',"svg":', coalesce((option -> 'svg')::text, 'null'), '}')
        FROM jsonb_array_elements(options) WITH ORDINALITY AS listed (option, place) ORDER BY place);
END $$;

CREATE FUNCTION face_question() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER FIXED_PATH AS $$
BEGIN
    INSERT INTO question_faces (question_id, signature, in_use, head, options)
    SELECT NEW.id, left(NEW.signature, 16), NEW.status IN ('pretest', 'active'), face.head, face.pieces
    FROM question_face(NEW.id, NEW.stem, NEW.stimulus, NEW.options) AS face
    ON CONFLICT (question_id) DO UPDATE SET signature = excluded.signature,
        in_use = excluded.in_use, head = excluded.head, options = excluded.options;
    RETURN NULL;
END $$;

CREATE TRIGGER face_new AFTER INSERT ON questions FOR EACH ROW EXECUTE FUNCTION face_question();

CREATE TRIGGER face_changed AFTER UPDATE ON questions FOR EACH ROW
WHEN ((OLD.stem, OLD.stimulus, OLD.options, OLD.signature, OLD.status)
    IS DISTINCT FROM (NEW.stem, NEW.stimulus, NEW.options, NEW.signature, NEW.status))
EXECUTE FUNCTION face_question();

INSERT INTO question_faces (question_id, signature, in_use, head, options)
SELECT question.id, left(question.signature, 16), question.status IN ('pretest', 'active'),
    face.head, face.pieces
FROM questions AS question,
    question_face(question.id, question.stem, question.stimulus, question.options) AS face;
