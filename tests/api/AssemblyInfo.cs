using PointsMall.Tests.Api.Harness;

[assembly: AssemblyFixture(typeof(Mall))]
[assembly: AssemblyFixture(typeof(LonelyApi))]
