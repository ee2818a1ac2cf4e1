using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Serialization;
using PointsMall.Grains;
using PointsMall.Grains.Checkpoints;
using PointsMall.Grains.Commits;
using PointsMall.Grains.Database;
using PointsMall.Grains.Verification;

namespace PointsMall.Silo;

/// <summary>Puts a silo together: grains and committer, clustering, health, telemetry.</summary>
public static partial class SiloHost
{
    /// <summary>What a silo that has lost the database may still take to end in order.</summary>
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(5);

    /// <summary>Exit code of a silo that would take more connections than PostgreSQL has left.</summary>
    private const int TooManyConnections = 4;

    /// <summary>Exit code of a silo that began to start and could not join: whoever watches over it starts it again.</summary>
    private const int DidNotStart = 5;

    public static async Task<int> Run(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        AddSilo(builder);
        await using var app = builder.Build();
        app.UseMetricsPort();
        app.MapHealth();
        if (!await FitsTheDatabase(app))
        {
            return TooManyConnections;
        }
        // The run ends with the container disposed.
        var database = app.Services.GetRequiredService<DatabaseWatch>();
        var started = app.Lifetime.ApplicationStarted;
        var running = app.RunAsync();
        if (await Task.WhenAny(running, Abandoned(database)) != running)
        {
            // Orleans goes on trying to write its leave into the lost database; the peers see the silo gone all the same.
            Environment.Exit(database.ExitCode);
        }
        try
        {
            await running;
        }
        catch (Exception failure)
            when (!started.IsCancellationRequested
                && failure is not (OptionsValidationException or InvalidDataException)
            )
        {
            // Not thrown on, which would abort the process: a peer that is slow to hear of the newcomer ends a start like this. The host has logged it.
            await Console.Error.WriteLineAsync($"The silo did not start: {failure.Message}");
            return DidNotStart;
        }
        return database.ExitCode;
    }

    private static async Task<bool> FitsTheDatabase(WebApplication app)
    {
        try
        {
            var budget = await ConnectionBudget.Of(
                ConnectionString(app.Configuration),
                app.Services.GetRequiredService<IOptions<SiloSettings>>().Value,
                app.Services.GetRequiredService<IOptions<CommitterOptions>>().Value
            );
            if (!budget.Fits)
            {
                LogTooMany(app.Logger, budget);
            }
            return budget.Fits;
        }
        catch (NpgsqlException)
        {
            return true; // the start itself says that the database is not there
        }
    }

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "This silo does not start: {Budget}. Raise max_connections, lower Committer:Writers or Silo:LoadConnections, or run fewer silos"
    )]
    private static partial void LogTooMany(ILogger logger, ConnectionBudget budget);

    private static async Task Abandoned(DatabaseWatch database)
    {
        await database.GaveUp;
        await Task.Delay(LastAnswers);
    }

    /// <summary>Everything but the commands of the process; tests start silos with it too.</summary>
    public static void AddSilo(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder
            .Services.AddOptions<SiloSettings>()
            .Bind(builder.Configuration.GetSection(SiloSettings.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder
            .Services.AddOptions<CommitterOptions>()
            .Bind(builder.Configuration.GetSection("Committer"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder
            .Services.AddOptions<CheckpointOptions>()
            .Bind(builder.Configuration.GetSection(CheckpointOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder
            .Services.AddOptions<VerificationOptions>()
            .Bind(builder.Configuration.GetSection(VerificationOptions.Section))
            .ValidateDataAnnotations()
            .Validate(
                options => options.Interval > TimeSpan.Zero,
                "Verification:Interval must be longer than nothing"
            )
            .ValidateOnStart();
        var settings =
            builder.Configuration.GetSection(SiloSettings.Section).Get<SiloSettings>()
            ?? new SiloSettings();
        var connectionString = ConnectionString(builder.Configuration);

        var health = HostAddress.Listening("Silo:HealthAddress", settings.HealthAddress);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(health, settings.HealthPort));
        builder.AddTelemetry(settings.Name);
        builder.Services.AddSingleton(TimeProvider.System);
        builder
            .Services.AddSingleton<DatabaseWatch>()
            .AddHostedService(services => services.GetRequiredService<DatabaseWatch>())
            .AddHostedService<CheckpointService>();
        builder.Services.Configure<HostOptions>(host =>
            host.ShutdownTimeout = TimeSpan.FromSeconds(60)
        );
        builder.Host.UseOrleans(silo =>
        {
            var address = HostAddress.Advertised(settings.Address);
            silo.ConfigureEndpoints(
                address,
                settings.Port,
                settings.GatewayPort,
                listenOnAnyHostAddress: false
            );
            if (settings.ListeningPort is { } port)
            {
                silo.Configure<EndpointOptions>(options =>
                    options.SiloListeningEndpoint = new(address, port)
                );
            }
            silo.Configure<SiloOptions>(options => options.SiloName = settings.Name);
            ConfigureCluster(silo, connectionString, settings.ClusterId);
            if (settings.Dashboard)
            {
                silo.AddDashboard(options => options.HideTrace = true); // the API shows it
            }
            silo.Services.AddMall(connectionString, settings.LoadConnections);
        });
    }

    private static string ConnectionString(IConfiguration configuration) =>
        PrimaryHost.Of(
            configuration.GetConnectionString("mall")
                ?? throw new InvalidDataException(
                    "Set ConnectionStrings__mall to the database, role mall_silo"
                )
        );

    /// <summary>Membership, storage, reminders and the limits of calls; the same in production and in tests.</summary>
    public static void ConfigureCluster(
        ISiloBuilder silo,
        string connectionString,
        string clusterId
    )
    {
        ArgumentNullException.ThrowIfNull(silo);
        // A pool of its own: commits that queue up never keep a heartbeat waiting.
        var orleans = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(connectionString)
            {
                SearchPath = "orleans",
                MaxPoolSize = ConnectionBudget.OrleansConnections,
                MinPoolSize = 1,
                CommandTimeout = 5,
                Timeout = 5,
                MaxAutoPrepare = 20,
                ApplicationName = "mall-orleans",
            }.ConnectionString
        );
        if (Telemetry.AreTracesTaken(silo.Configuration))
        {
            silo.AddActivityPropagation(); // a filter around every call
        }
        silo.Configure<ClusterOptions>(options =>
            {
                options.ClusterId = clusterId;
                options.ServiceId = SiloSettings.ServiceId;
            })
            .UseAdoNetClustering(options =>
            {
                options.Invariant = "Npgsql";
                options.DataSource = orleans;
            })
            .AddAdoNetGrainStorage(
                "mall",
                options =>
                {
                    options.Invariant = "Npgsql";
                    options.DataSource = orleans;
                }
            )
            .UseAdoNetReminderService(options =>
            {
                options.Invariant = "Npgsql";
                options.DataSource = orleans;
            })
            .Configure<ClusterMembershipOptions>(options =>
            {
                options.ProbeTimeout = TimeSpan.FromSeconds(2);
                options.NumMissedProbesLimit = 3;
                // Nobody votes against a silo that sent anything in the last MaxProbeTimeout × NumMissedProbesLimit: with the default of
                // 4 × ProbeTimeout, a silo that froze keeps its grains for 24 s.
                options.MaxProbeTimeout = TimeSpan.FromSeconds(2);
            })
            .Configure<SiloMessagingOptions>(options =>
            {
                options.ResponseTimeout = TimeSpan.FromSeconds(5);
                options.MaxRequestProcessingTime = TimeSpan.FromMinutes(1);
                // A gate in a rush holds every member's claim of a second; a member's own queue ends at 32 (MemberGrain).
                options.MaxEnqueuedRequestsHardLimit = 20_000;
            })
            .Configure<LoadSheddingOptions>(options => options.LoadSheddingEnabled = true)
            .Configure<GrainCollectionOptions>(options =>
                options.CollectionAge = TimeSpan.FromMinutes(15)
            )
            // A caller without Npgsql's types still reads the message of a storage failure.
            .Configure<ExceptionSerializationOptions>(options =>
                options.SupportedNamespacePrefixes.Add("Npgsql")
            );
    }
}
