import { RECORDED, typeSql } from './recorded-fields.sql.js';
import { functionsSql, type Witness } from './trigger-functions.sql.js';

/**
 * Marks, admissions and plain beats pass unrecorded: nothing is judged by them, and they are most of all updates. Recorded are what moves
 * a job or its attempt, what an attempt tells of its progress, and a lease on a row that runs nowhere.
 */
const JOB_MOVED = `(
  (old.state, old.run, old.epoch, old.attempt, old.token, old.worker, old.machine, old.releases, old.progress)
    is distinct from (new.state, new.run, new.epoch, new.attempt, new.token, new.worker, new.machine, new.releases, new.progress)
  or (new.state <> 'running' and new.lease_until is distinct from old.lease_until))`;

/** A renewal is not recorded; a new holder, a new term and a resignation are. */
const LEAD_MOVED = `((old.holder, old.term) is distinct from (new.holder, new.term) or new.expires_at < old.expires_at)`;

export const dropSql = 'drop schema if exists proof cascade';

export interface Installed {
  unlogged: boolean;
  witness: Witness;
}

export const installSql = ({ unlogged, witness }: Installed): string[] => [
  'create schema proof',
  ...RECORDED.map(typeSql),
  `create ${unlogged ? 'unlogged ' : ''}table proof.changes (
    seq bigint generated always as identity primary key,
    at timestamptz not null,
    took_ms real not null,
    app text not null,
    tab text not null,
    op text not null,
    job uuid,
    before_job proof.job_row,
    after_job proof.job_row,
    before_end proof.history_row,
    after_end proof.history_row,
    before_event proof.event_row,
    after_event proof.event_row,
    after_line proof.line_row,
    before jsonb,
    after jsonb,
    current_epoch int,
    leader jsonb,
    grace_until timestamptz
  ) with (autovacuum_enabled = off)`,
  ...functionsSql(witness),
  `create trigger proof_added after insert on windlass.jobs for each row execute function proof.note_job()`,
  `create trigger proof_moved after update on windlass.jobs for each row when ${JOB_MOVED} execute function proof.note_job()`,
  `create trigger proof_removed after delete on windlass.jobs for each row execute function proof.note_job()`,
  `create trigger proof_noted after insert or update or delete on windlass.job_history for each row execute function proof.note_history()`,
  `create trigger proof_noted after insert or update or delete on windlass.job_events for each row execute function proof.note_event()`,
  `create trigger proof_noted after insert or update or delete on windlass.artifacts for each row execute function proof.note_artifact()`,
  `create trigger proof_noted after insert on windlass.job_logs for each row execute function proof.note_line()`,
  `create trigger proof_noted after insert or delete on windlass.stopping_attempts for each row execute function proof.note_stopping()`,
  `create trigger proof_added after insert or delete on windlass.leaders for each row execute function proof.note_leader()`,
  `create trigger proof_moved after update on windlass.leaders for each row when ${LEAD_MOVED} execute function proof.note_leader()`,
];
