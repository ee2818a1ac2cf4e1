using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Npgsql;
using PointsMall.Tests.Deploy.Compose;

namespace PointsMall.Tests.Deploy.Containers;

/// <summary>
/// The services of docker-compose.yml as containers without an engine: published hosts in the environment that the file gives them. What
/// differs is that each has an address of loopback in place of one in a network of its own, and that PostgreSQL is on a port of the test's.
/// </summary>
internal sealed class ComposedMall : IAsyncDisposable
{
    /// <summary>The numbers of the containers; the last part of their addresses.</summary>
    public const int SiloA = 2;
    public const int SiloB = 3;
    public const int Api = 4;

    private readonly ComposeFile _compose = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mall-containers-");
    private readonly Dictionary<string, Image> _images = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal)
    {
        ["MALL_AUTH_ISSUER"] = "https://id.example.com",
        ["MALL_AUTH_PUBLIC_KEY_FILE"] = "",
        ["MALL_CHECKPOINT_KEY_FILE"] = "",
    };

    // Ports are the file's own, so the addresses must be nobody else's: 127.64.0.0 to 127.127.255.255 by chance.
    private readonly string _network = string.Create(
        CultureInfo.InvariantCulture,
        $"127.{RandomNumberGenerator.GetInt32(64, 128)}.{RandomNumberGenerator.GetInt32(256)}"
    );

    private PostgresServer? _postgres;

    /// <summary>Sees and may do everything.</summary>
    public NpgsqlDataSource Rows { get; private set; } = null!;

    /// <summary>Publishes both hosts and starts an empty PostgreSQL.</summary>
    public static async Task<ComposedMall> Prepare()
    {
        var mall = new ComposedMall();
        try
        {
            await mall.Make();
            return mall;
        }
        catch
        {
            await mall.DisposeAsync();
            throw;
        }
    }

    /// <summary>The address of a service's n-th container.</summary>
    public string Address(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{_network}.{number}");

    /// <summary>Starts a service of the file.</summary>
    /// <param name="service">Its name.</param>
    /// <param name="number">Which address it has.</param>
    /// <param name="command">Instead of the service's.</param>
    public Container Start(string service, int number, params string[] command)
    {
        var environment = _compose.Environment(service, _variables);
        foreach (var (name, value) in environment.ToArray())
        {
            environment[name] = name switch
            {
                "Silo__Address" or "Metrics__Host" => Address(number),
                "Urls" => value.Replace(
                    IPAddress.Any.ToString(),
                    Address(number),
                    StringComparison.Ordinal
                ),
                _ => value.Replace(
                    "Host=postgres;",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Host=postgres;Port={_postgres!.Port};"
                    ),
                    StringComparison.Ordinal
                ),
            };
        }
        if (service == "silo")
        {
            environment["Silo__HealthAddress"] = Address(number);
            environment["Checkpoints__Interval"] = "00:00:01";
        }
        string[] own = [.. _compose.Service(service).List("command").Select(word => (string)word!)];
        return Container.Start(
            _images[service == "api" ? "api" : "silo"],
            environment,
            Path.Combine(_folder.FullName, "etc"),
            Path.Combine(_folder.FullName, "root"),
            command.Length > 0 ? command : own
        );
    }

    /// <summary>Runs a service's container to its end.</summary>
    public async Task<(int ExitCode, string Said)> Run(
        string service,
        int number,
        params string[] command
    )
    {
        await using var container = Start(service, number, command);
        var exitCode = await container.ExitCode(TimeSpan.FromSeconds(60));
        return (exitCode, container.Said);
    }

    /// <summary>What the engine would find by the file's health check: 0 is healthy.</summary>
    public async Task<int> Health(string service, int number)
    {
        string[] test =
        [
            .. _compose.Service(service).List("healthcheck", "test").Select(word => (string)word!),
        ];
        var entrypoint = _images[service].File.Entrypoint;
        // "CMD" and the program; the rest is its command.
        Assert.Equal(entrypoint, test[1..(1 + entrypoint.Length)]);
        return (await Run(service, number, test[(1 + entrypoint.Length)..])).ExitCode;
    }

    public TimeSpan Grace(string service) =>
        ComposeFile.Duration(_compose.Service(service).Text("stop_grace_period")!);

    /// <summary>A member's token, signed with the key whose public half the API has.</summary>
    public Task<string> Token(Guid member) => DevelopmentCommand("token", "member", $"{member}");

    /// <summary>Fills in the demo programme over HTTP.</summary>
    public Task Seed() => DevelopmentCommand("seed");

    public async Task<T> Read<T>(string sql)
    {
        await using var command = Rows.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        if (Rows is not null)
        {
            await Rows.DisposeAsync();
        }
        _postgres?.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task Make()
    {
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
        foreach (var host in (string[])["silo", "api"])
        {
            _images[host] = await Image.Publish(host, _folder.FullName);
        }
        await WriteEtc();
        _postgres = PostgresServer.Start();
        var database = await _postgres.CreateEmptyDatabase();
        var owner = new NpgsqlConnectionStringBuilder(database.OwnerConnectionString);
        await using (
            var administrator = NpgsqlDataSource.Create(
                _postgres.SuperuserConnectionString("postgres")
            )
        )
        {
            // The name that the file's connection strings have.
            await using var rename = administrator.CreateCommand(
                $"alter database {database.Name} rename to mall"
            );
            await rename.ExecuteNonQueryAsync();
        }
        Rows = NpgsqlDataSource.Create(
            $"{_postgres.SuperuserConnectionString("mall")};Search Path=mall"
        );
        _variables["MALL_OWNER_PASSWORD"] = owner.Password!;
        _variables["MALL_SILO_PASSWORD"] = RandomNumberGenerator.GetHexString(24, lowercase: true);
        _variables["MALL_API_PASSWORD"] = RandomNumberGenerator.GetHexString(24, lowercase: true);
    }

    /// <summary>What an engine puts into /etc, and the key that the file mounts there.</summary>
    private async Task WriteEtc()
    {
        var etc = Path.Combine(_folder.FullName, "etc");
        Directory.CreateDirectory(Path.Combine(etc, "points-mall"));
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "root"));
        await File.WriteAllTextAsync(
            Path.Combine(etc, "passwd"),
            "root:x:0:0::/root:/sbin/nologin\napp:x:1654:1654::/home/app:/sbin/nologin\n"
        );
        await File.WriteAllTextAsync(Path.Combine(etc, "nsswitch.conf"), "hosts: files\n");
        await File.WriteAllTextAsync(
            Path.Combine(etc, "hosts"),
            "127.0.0.1 localhost\n127.0.0.1 postgres\n"
        );
        await DevelopmentCommand("token", "keys", Keys);
        File.Copy(
            Path.Combine(Keys, "public.pem"),
            Path.Combine(etc, Path.GetRelativePath("/etc", PublicKeyFile))
        );
        var checkpointKey = Path.Combine(etc, Path.GetRelativePath("/etc", CheckpointKeyFile));
        await RunOutside("dotnet", Program("silo"), "checkpoint-key", checkpointKey);
        await RunOutside("chown", "1654", checkpointKey);
        await RunOutside("chmod", "400", checkpointKey);
    }

    private string Keys => Path.Combine(_folder.FullName, "keys");

    /// <summary>Where the API's service expects it.</summary>
    private string PublicKeyFile =>
        _compose.Service("api").Text("environment", "Auth__PublicKeyFile")!;

    /// <summary>Where the silo's service expects it.</summary>
    private string CheckpointKeyFile =>
        _compose.Service("silo").Text("environment", "Checkpoints__KeyFile")!;

    private string Program(string host) =>
        Path.Combine(_images[host].Folder, _images[host].File.Entrypoint[^1]);

    /// <summary>A command of the API that no container runs: who calls it is outside.</summary>
    private Task<string> DevelopmentCommand(params string[] arguments) =>
        RunOutside(
            "env",
            [
                $"Auth__PrivateKeyFile={Keys}/private.pem",
                $"Auth__Issuer={_variables["MALL_AUTH_ISSUER"]}",
                $"Seed__Api=http://{Address(Api)}:8080",
                "dotnet",
                Program("api"),
                .. arguments,
            ]
        );

    private static async Task<string> RunOutside(string program, params string[] arguments)
    {
        var (exitCode, said, errors) = await Tool.Run(program, arguments);
        Assert.True(exitCode == 0, errors);
        return said.Trim();
    }
}
