CREATE FUNCTION evireg_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '23000', MESSAGE = TG_TABLE_NAME || ' ' || TG_ARGV[0]; END $$

CREATE FUNCTION evireg_evidence_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN 
        IF EXISTS (
            SELECT FROM (SELECT valid_from AS n FROM added UNION SELECT valid_to FROM added) a
            WHERE a.n IS NOT NULL AND NOT EXISTS (SELECT FROM changeset c WHERE c.number = a.n AND left(c.hash, 10) = 'unfinished')
        ) THEN RAISE EXCEPTION USING ERRCODE = '23000', MESSAGE = TG_TABLE_NAME || ' ' || 'is written by evireg alone, in a changeset of its own'; END IF;
        RETURN NULL; END $$

CREATE FUNCTION evireg_evidence_ended() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN 
        IF EXISTS (SELECT FROM gone WHERE valid_to IS NOT NULL) OR EXISTS (
            SELECT FROM (SELECT DISTINCT valid_to AS n FROM added) a
            WHERE a.n IS NULL OR NOT EXISTS (SELECT FROM changeset c WHERE c.number = a.n AND left(c.hash, 10) = 'unfinished')
        ) THEN RAISE EXCEPTION USING ERRCODE = '23000', MESSAGE = TG_TABLE_NAME || ' ' || 'is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'; END IF;
        RETURN NULL; END $$

CREATE FUNCTION evireg_evidence_removed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN 
        IF EXISTS (
            SELECT FROM (SELECT DISTINCT valid_from AS n FROM gone) a
            WHERE NOT EXISTS (SELECT FROM changeset c WHERE c.number = a.n AND left(c.hash, 10) = 'unfinished')
        ) THEN RAISE EXCEPTION USING ERRCODE = '23000', MESSAGE = TG_TABLE_NAME || ' ' || 'is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'; END IF;
        RETURN NULL; END $$

CREATE FUNCTION evireg_written() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN 
        IF NOT EXISTS (SELECT FROM changeset c WHERE c.number = (to_jsonb(NEW)->>TG_ARGV[0])::integer AND left(c.hash, 10) = 'unfinished')
        THEN RAISE EXCEPTION USING ERRCODE = '23000', MESSAGE = TG_TABLE_NAME || ' ' || 'is written by evireg alone, in a changeset of its own'; END IF;
        RETURN NEW; END $$

CREATE FUNCTION evireg_bucket_written() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN 
        IF NOT EXISTS (SELECT FROM changeset c WHERE c.number = (SELECT recorded FROM snapshot WHERE id = NEW.snapshot_id) AND left(c.hash, 10) = 'unfinished')
        THEN RAISE EXCEPTION USING ERRCODE = '23000', MESSAGE = TG_TABLE_NAME || ' ' || 'is written by evireg alone, in a changeset of its own'; END IF;
        RETURN NEW; END $$

CREATE FUNCTION evireg_curator_named() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN 
        IF EXISTS (SELECT FROM changeset WHERE curator_id = OLD.id)
        THEN RAISE EXCEPTION USING ERRCODE = '23000', MESSAGE = TG_TABLE_NAME || ' ' || 'name stays: a curator who changed something keeps the name'; END IF;
        RETURN NEW; END $$

CREATE TRIGGER evidence_insert AFTER INSERT ON evidence REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION evireg_evidence_added()

CREATE TRIGGER evidence_update BEFORE UPDATE OF "id", "key", "study", "cohort", "first_author", "year", "title", "journal", "doi", "pmid", "source_kind", "source_url", "locator", "quote", "country", "design", "disease", "treatment", "recruited_from", "recruited_to", "centres", "followup_median_months", "n", "n_events", "n_index", "n_reference", "events_index", "events_reference", "factor", "timepoint", "cutoff_operator", "cutoff_value", "cutoff_unit", "cutoff_text", "cutoff_method", "contrast", "reference_group", "endpoint", "endpoint_definition", "time_origin", "measure", "est", "ci_low", "ci_high", "ci_level", "est_text", "ci_low_text", "ci_high_text", "ci_type", "log_hr", "se_log_hr", "p_value", "p_text", "p_operator", "p_test", "effect_direction", "adjusted", "covariates", "origin", "as_printed", "notes", "yi", "vi", "derivation", "status", "status_reason", "not_poolable", "flags", "retracted", "overlap_group", "digest", "attributes", "valid_from", "bucket" ON evidence FOR EACH STATEMENT EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER evidence_end AFTER UPDATE ON evidence REFERENCING OLD TABLE AS gone NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION evireg_evidence_ended()

CREATE TRIGGER evidence_delete AFTER DELETE ON evidence REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION evireg_evidence_removed()

CREATE TRIGGER changeset_insert BEFORE INSERT ON changeset FOR EACH ROW WHEN (left(NEW.hash, 10) <> 'unfinished') EXECUTE FUNCTION evireg_refuse('is written by evireg alone, in a changeset of its own')

CREATE TRIGGER changeset_update BEFORE UPDATE ON changeset FOR EACH ROW WHEN (left(OLD.hash, 10) <> 'unfinished') EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER changeset_delete BEFORE DELETE ON changeset FOR EACH ROW EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER curator_name BEFORE UPDATE OF name ON curator FOR EACH ROW WHEN (NEW.name <> OLD.name) EXECUTE FUNCTION evireg_curator_named()

CREATE TRIGGER snapshot_bucket_insert BEFORE INSERT ON snapshot_bucket FOR EACH ROW EXECUTE FUNCTION evireg_bucket_written()

CREATE TRIGGER change_insert BEFORE INSERT ON change FOR EACH ROW EXECUTE FUNCTION evireg_written('changeset')

CREATE TRIGGER snapshot_insert BEFORE INSERT ON snapshot FOR EACH ROW EXECUTE FUNCTION evireg_written('recorded')

CREATE TRIGGER saved_query_insert BEFORE INSERT ON saved_query FOR EACH ROW EXECUTE FUNCTION evireg_written('changeset')

CREATE TRIGGER change_update BEFORE UPDATE ON change FOR EACH ROW EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER change_delete BEFORE DELETE ON change FOR EACH ROW EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER snapshot_update BEFORE UPDATE ON snapshot FOR EACH ROW EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER snapshot_delete BEFORE DELETE ON snapshot FOR EACH ROW EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER snapshot_bucket_update BEFORE UPDATE ON snapshot_bucket FOR EACH ROW EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER snapshot_bucket_delete BEFORE DELETE ON snapshot_bucket FOR EACH ROW EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER saved_query_update BEFORE UPDATE ON saved_query FOR EACH ROW EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER saved_query_delete BEFORE DELETE ON saved_query FOR EACH ROW EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER run_update BEFORE UPDATE ON run FOR EACH ROW EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER run_delete BEFORE DELETE ON run FOR EACH ROW EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER evidence_truncate BEFORE TRUNCATE ON evidence FOR EACH STATEMENT EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER changeset_truncate BEFORE TRUNCATE ON changeset FOR EACH STATEMENT EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER change_truncate BEFORE TRUNCATE ON change FOR EACH STATEMENT EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER snapshot_truncate BEFORE TRUNCATE ON snapshot FOR EACH STATEMENT EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER snapshot_bucket_truncate BEFORE TRUNCATE ON snapshot_bucket FOR EACH STATEMENT EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER saved_query_truncate BEFORE TRUNCATE ON saved_query FOR EACH STATEMENT EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')

CREATE TRIGGER run_truncate BEFORE TRUNCATE ON run FOR EACH STATEMENT EXECUTE FUNCTION evireg_refuse('is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)')
