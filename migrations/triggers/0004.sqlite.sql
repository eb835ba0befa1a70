CREATE TRIGGER evidence_insert AFTER INSERT ON "evidence" FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM changeset WHERE number = NEW.valid_from AND substr(hash, 1, 10) = 'unfinished') OR (NEW.valid_to IS NOT NULL AND NOT EXISTS (SELECT 1 FROM changeset WHERE number = NEW.valid_to AND substr(hash, 1, 10) = 'unfinished')) BEGIN SELECT RAISE(ABORT, 'evidence is written by evireg alone, in a changeset of its own'); END

CREATE TRIGGER evidence_update BEFORE UPDATE OF "id", "key", "study", "cohort", "first_author", "year", "title", "journal", "doi", "pmid", "source_kind", "source_url", "locator", "quote", "country", "design", "disease", "treatment", "recruited_from", "recruited_to", "centres", "followup_median_months", "n", "n_events", "n_index", "n_reference", "events_index", "events_reference", "factor", "timepoint", "cutoff_operator", "cutoff_value", "cutoff_unit", "cutoff_text", "cutoff_method", "contrast", "reference_group", "endpoint", "endpoint_definition", "time_origin", "measure", "est", "ci_low", "ci_high", "ci_level", "est_text", "ci_low_text", "ci_high_text", "ci_type", "log_hr", "se_log_hr", "p_value", "p_text", "p_operator", "p_test", "effect_direction", "adjusted", "covariates", "origin", "as_printed", "notes", "yi", "vi", "derivation", "status", "status_reason", "not_poolable", "flags", "retracted", "overlap_group", "digest", "attributes", "valid_from", "bucket" ON "evidence" FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'evidence is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'); END

CREATE TRIGGER evidence_end BEFORE UPDATE OF valid_to ON "evidence" FOR EACH ROW WHEN OLD.valid_to IS NOT NULL OR NEW.valid_to IS NULL OR NOT EXISTS (SELECT 1 FROM changeset WHERE number = NEW.valid_to AND substr(hash, 1, 10) = 'unfinished') BEGIN SELECT RAISE(ABORT, 'evidence is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'); END

CREATE TRIGGER evidence_delete BEFORE DELETE ON "evidence" FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM changeset WHERE number = OLD.valid_from AND substr(hash, 1, 10) = 'unfinished') BEGIN SELECT RAISE(ABORT, 'evidence is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'); END

CREATE TRIGGER changeset_insert BEFORE INSERT ON "changeset" FOR EACH ROW WHEN substr(NEW.hash, 1, 10) <> 'unfinished' BEGIN SELECT RAISE(ABORT, 'changeset is written by evireg alone, in a changeset of its own'); END

CREATE TRIGGER changeset_update BEFORE UPDATE ON "changeset" FOR EACH ROW WHEN substr(OLD.hash, 1, 10) <> 'unfinished' BEGIN SELECT RAISE(ABORT, 'changeset is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'); END

CREATE TRIGGER changeset_delete BEFORE DELETE ON "changeset" FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'changeset is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'); END

CREATE TRIGGER curator_name BEFORE UPDATE OF name ON "curator" FOR EACH ROW WHEN NEW.name <> OLD.name AND EXISTS (SELECT 1 FROM changeset WHERE curator_id = OLD.id) BEGIN SELECT RAISE(ABORT, 'curator name stays: a curator who changed something keeps the name'); END

CREATE TRIGGER snapshot_bucket_insert BEFORE INSERT ON "snapshot_bucket" FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM changeset WHERE number = (SELECT recorded FROM snapshot WHERE id = NEW.snapshot_id) AND substr(hash, 1, 10) = 'unfinished') BEGIN SELECT RAISE(ABORT, 'snapshot_bucket is written by evireg alone, in a changeset of its own'); END

CREATE TRIGGER change_insert BEFORE INSERT ON "change" FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM changeset WHERE number = NEW.changeset AND substr(hash, 1, 10) = 'unfinished') BEGIN SELECT RAISE(ABORT, 'change is written by evireg alone, in a changeset of its own'); END

CREATE TRIGGER snapshot_insert BEFORE INSERT ON "snapshot" FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM changeset WHERE number = NEW.recorded AND substr(hash, 1, 10) = 'unfinished') BEGIN SELECT RAISE(ABORT, 'snapshot is written by evireg alone, in a changeset of its own'); END

CREATE TRIGGER saved_query_insert BEFORE INSERT ON "saved_query" FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM changeset WHERE number = NEW.changeset AND substr(hash, 1, 10) = 'unfinished') BEGIN SELECT RAISE(ABORT, 'saved_query is written by evireg alone, in a changeset of its own'); END

CREATE TRIGGER change_update BEFORE UPDATE ON "change" FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'change is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'); END

CREATE TRIGGER change_delete BEFORE DELETE ON "change" FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'change is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'); END

CREATE TRIGGER snapshot_update BEFORE UPDATE ON "snapshot" FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'snapshot is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'); END

CREATE TRIGGER snapshot_delete BEFORE DELETE ON "snapshot" FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'snapshot is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'); END

CREATE TRIGGER snapshot_bucket_update BEFORE UPDATE ON "snapshot_bucket" FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'snapshot_bucket is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'); END

CREATE TRIGGER snapshot_bucket_delete BEFORE DELETE ON "snapshot_bucket" FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'snapshot_bucket is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'); END

CREATE TRIGGER saved_query_update BEFORE UPDATE ON "saved_query" FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'saved_query is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'); END

CREATE TRIGGER saved_query_delete BEFORE DELETE ON "saved_query" FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'saved_query is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'); END

CREATE TRIGGER run_update BEFORE UPDATE ON "run" FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'run is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'); END

CREATE TRIGGER run_delete BEFORE DELETE ON "run" FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'run is never changed or deleted once written: correct it by a new change (evireg amend, evireg undo)'); END
