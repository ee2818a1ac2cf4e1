-- Who connects: the silo, and the API, which only reads. Passwords are set by whoever runs the server, not here.

do $$
declare
    role_name text;
begin
    foreach role_name in array array['mall_silo', 'mall_api'] loop
        if not exists (select from pg_roles where rolname = role_name) then
            begin
                execute format('create role %I login', role_name);
            exception when duplicate_object or unique_violation then
                null; -- another database of this cluster was migrated at the same moment
            end;
        end if;
    end loop;
end $$;
