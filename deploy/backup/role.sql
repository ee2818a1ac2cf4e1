-- What pgBackRest does in the database, and no more. Once, as a superuser, in the database postgres. It logs in through the local socket only,
-- as pg_hba.conf and pg_ident.conf say: `local postgres mall_backup peer map=mall`, `mall postgres mall_backup`.
create role mall_backup login;

grant pg_read_all_settings to mall_backup;

grant execute on function pg_backup_start(text, boolean), pg_backup_stop(boolean), pg_create_restore_point(text), pg_switch_wal() to mall_backup;

