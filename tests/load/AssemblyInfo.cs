using PointsMall.Tests.Support;

[assembly: AssemblyFixture(typeof(PostgresFixture))]
