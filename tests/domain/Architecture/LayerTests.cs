using System.Reflection;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Orleans.Placement;
using Assembly = System.Reflection.Assembly;

namespace PointsMall.Tests.Domain.Architecture;

/// <summary>Who may know whom. What breaks one of these is a decision, not an accident: change the test with it.</summary>
public sealed class LayerTests
{
    /// <summary>
    /// In the subjects' folders the database and the runtime are touched by grains and by these, and by nothing else: the rules stay pure. In
    /// Checkpoints, Commits, Database, Diagnostics and Verification anything may.
    /// </summary>
    private static readonly HashSet<string> Drivers =
    [
        "AccountCommands",
        "AccountLoader",
        "AccountVersions",
        "CatalogueReader",
        "DueAccounts",
        "EarningServices",
        "GateSpread",
        "MemberRecords",
        "MovementRecords",
        "OfferRow",
        "OrderClaims",
        "ProgrammeServices",
        "ProgrammeSettingsCache",
        "EarningInputsReader",
        "EarningRecords",
        "RegistrationRecords",
        "RulebookCache",
        "RulebookDocuments",
        "SweeperStartup",
    ];

    private static readonly Assembly Contracts = typeof(IMemberGrain).Assembly;
    private static readonly Assembly Grains = typeof(Account).Assembly;
    private static readonly Assembly Silo = Assembly.Load("PointsMall.Silo");
    private static readonly Assembly Api = Assembly.Load("PointsMall.Api");

    private static readonly ArchUnitNET.Domain.Architecture Mall = new ArchLoader()
        .LoadAssemblies(Contracts, Grains)
        .Build();

    [Fact]
    public void Contracts_reference_nothing_but_Orleans_abstractions() =>
        Assert.All(
            References(Contracts),
            name =>
                Assert.True(
                    name.StartsWith("System.", StringComparison.Ordinal)
                        || name.StartsWith("Orleans.Serialization", StringComparison.Ordinal)
                        || name is "Orleans.Core.Abstractions" or "Orleans.Core",
                    name
                )
        );

    [Fact]
    public void Grains_know_the_contracts_and_neither_host()
    {
        Assert.Contains("PointsMall.GrainInterfaces", References(Grains));
        Assert.DoesNotContain("PointsMall.Silo", References(Grains));
        Assert.DoesNotContain("PointsMall.Api", References(Grains));
    }

    [Fact]
    public void The_hosts_do_not_know_each_other()
    {
        Assert.DoesNotContain("PointsMall.Silo", References(Api));
        Assert.DoesNotContain("PointsMall.Api", References(Silo));
    }

    [Fact]
    public void Rules_use_neither_the_runtime_nor_the_database()
    {
        var offences = Mall
            .Types.Where(IsRule)
            .SelectMany(type =>
                type.Dependencies.Select(dependency => dependency.Target.FullName)
                    .Where(IsOutside)
                    .Select(target => $"{type.FullName} uses {target}")
            )
            .Distinct(StringComparer.Ordinal);

        Assert.Empty(offences);
    }

    [Fact]
    public void The_drivers_are_still_what_the_list_says()
    {
        var names = Mall.Types.Select(type => type.Name).ToHashSet(StringComparer.Ordinal);

        Assert.All(Drivers, driver => Assert.Contains(driver, names));
    }

    [Fact]
    public void Every_grain_says_where_it_is_placed_and_what_it_is_called() =>
        Assert.All(
            GrainClasses(),
            grain =>
            {
                Assert.True(
                    grain
                        .GetCustomAttributes()
                        .Any(a =>
                            a is PlacementAttribute or Orleans.Concurrency.StatelessWorkerAttribute
                        ),
                    $"{grain.Name} has no placement"
                );
                Assert.NotNull(grain.GetCustomAttribute<GrainTypeAttribute>());
            }
        );

    [Fact]
    public void No_two_grain_classes_keep_state_under_one_name()
    {
        var names = GrainClasses()
            .SelectMany(grain => grain.GetConstructors().SelectMany(made => made.GetParameters()))
            .Select(parameter => parameter.GetCustomAttribute<PersistentStateAttribute>())
            .OfType<PersistentStateAttribute>()
            .Select(state => state.StateName)
            .ToArray();

        Assert.NotEmpty(names);
        Assert.Equal(names.Distinct(StringComparer.Ordinal), names);
    }

    private static System.Type[] GrainClasses()
    {
        var grains = Grains
            .GetTypes()
            .Where(type => typeof(Grain).IsAssignableFrom(type) && !type.IsAbstract)
            .ToArray();
        Assert.NotEmpty(grains);
        return grains;
    }

    private static bool IsRule(IType type)
    {
        var space = type.Namespace.FullName;
        if (!space.StartsWith("PointsMall.Grains.", StringComparison.Ordinal))
        {
            return false;
        }
        var subject = space.Split('.')[2];
        var outermost = type.FullName[(space.Length + 1)..].Split('+', '/')[0];
        return subject
                is not ("Checkpoints" or "Commits" or "Database" or "Diagnostics" or "Verification")
            && !outermost.EndsWith("Grain", StringComparison.Ordinal)
            && !Drivers.Contains(outermost);
    }

    /// <summary>The attributes that make a record a message are no use of the runtime.</summary>
    private static bool IsOutside(string target) =>
        target.StartsWith("Npgsql", StringComparison.Ordinal)
        || target.StartsWith("Dapper", StringComparison.Ordinal)
        || (
            target.StartsWith("Orleans.", StringComparison.Ordinal)
            && !target.EndsWith("Attribute", StringComparison.Ordinal)
        );

    private static string[] References(Assembly assembly) =>
        [.. assembly.GetReferencedAssemblies().Select(reference => reference.Name!)];
}
