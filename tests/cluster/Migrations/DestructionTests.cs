using System.Globalization;
using PointsMall.Grains.Database;

namespace PointsMall.Tests.Cluster.Migrations;

/// <summary>Schema changes expand first and contract two releases later (docs/contracts.md).</summary>
[Trait("Behaviour", "OPS-3")]
public sealed class DestructionTests
{
    /// <summary>Older ones were the first schema: no release ran before them.</summary>
    private const int LastFree = 40;

    private const string Prefix = "PointsMall.Grains.Database.Migrations.";

    [Fact]
    public void No_migration_takes_away_what_a_running_release_needs()
    {
        var seen = 0;
        var assembly = typeof(Migrator).Assembly;
        foreach (
            var name in assembly
                .GetManifestResourceNames()
                .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        )
        {
            var file = name[Prefix.Length..];
            if (int.Parse(file[..3], CultureInfo.InvariantCulture) <= LastFree)
            {
                continue;
            }
            seen++;
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var found = Destruction.In(reader.ReadToEnd());
            Assert.True(found.IsEmpty, $"{file}: {string.Join("; ", found)}");
        }
        Assert.NotEqual(0, seen);
    }

    [Theory]
    [InlineData("drop table mall.event")]
    [InlineData("drop index mall.order_member")]
    [InlineData("drop function mall.refuse(text, text)")]
    [InlineData("alter table mall.sku drop column name")]
    [InlineData("alter table mall.sku drop name")]
    [InlineData("alter table mall.sku drop constraint sku_check")]
    [InlineData("ALTER TABLE mall.sku RENAME COLUMN name TO title")]
    [InlineData("alter table mall.sku rename to article")]
    [InlineData("alter table mall.sku alter column points type numeric")]
    [InlineData("alter table mall.sku alter points set data type numeric(20, 4)")]
    [InlineData("alter table mall.sku alter column name set not null")]
    [InlineData("alter table mall.sku add column weight int not null")]
    [InlineData("alter table mall.sku add weight numeric(20, 4) not null check (weight > 0)")]
    [InlineData("alter table mall.sku add column a int default 0, add column b int not null")]
    [InlineData("truncate mall.event")]
    [InlineData("-- contract:\ndrop table mall.event")]
    [InlineData("-- contract: nobody reads it since 2.3\nselect 1; drop table mall.event")]
    [InlineData(
        "create function f() returns int language sql as $$ select 1 $$; drop table mall.event"
    )]
    public void A_destructive_statement_is_found(string sql) => Assert.Single(Destruction.In(sql));

    [Theory]
    [InlineData("alter table mall.sku add column weight int")]
    [InlineData("alter table mall.sku add column weight int not null default 0")]
    [InlineData("alter table mall.sku add column weight numeric(20, 4) default 0 not null")]
    [InlineData("alter table mall.sku add constraint named check (name is not null) not valid")]
    [InlineData("alter table mall.sku alter column name drop not null")]
    [InlineData("create table mall.voucher (code text not null, points bigint not null)")]
    [InlineData("create index on mall.sku (name)")]
    [InlineData(
        "create trigger kept before truncate on mall.event execute function mall.refuse_change()"
    )]
    [InlineData(
        "create or replace function f() returns int language plpgsql as $body$ begin drop table t; end $body$"
    )]
    [InlineData("comment on table mall.sku is 'we drop table x; rename y'")]
    [InlineData("-- nothing is dropped: we don't drop table x\nselect 1")]
    [InlineData("-- contract: nobody reads it since 2.3\ndrop table mall.event")]
    public void Growth_and_what_is_marked_is_let_through(string sql) =>
        Assert.Empty(Destruction.In(sql));
}
