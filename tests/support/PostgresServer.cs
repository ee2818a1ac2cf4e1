using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;
using PointsMall.Grains.Database;

namespace PointsMall.Tests.Support;

/// <summary>
/// A private PostgreSQL on loopback with a temporary data folder. It ends with <see cref="Dispose"/>, and also when the test process dies in
/// any other way: a shell waits for the end of a pipe that only this process holds, then stops the server and removes the folder.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    private const string Watch = """
        trap '' INT TERM HUP
        cat >/dev/null
        "$@" -m immediate stop >/dev/null 2>&1
        rm -rf "$FOLDER"
        """;

    private const string Superuser = "postgres";
    private const string Owner = "mall_owner";
    private const string Template = "mall_template";

    private readonly string _bin;
    private readonly string _folder;
    private readonly string _password;
    private readonly Lazy<Task> _template;
    private Process? _watchdog;
    private int _databases;

    private PostgresServer(string bin, string password)
    {
        _bin = bin;
        // Short, because a unix socket's path has at most 107 bytes.
        _folder = $"/tmp/mall-tests-{RandomNumberGenerator.GetHexString(6, lowercase: true)}";
        _password = password;
        _template = new Lazy<Task>(CreateTemplate);
    }

    /// <summary>The port on 127.0.0.1; <see cref="Restart"/> keeps it.</summary>
    public int Port { get; private set; }

    /// <param name="fsync">False for tests that never look at what a crash leaves behind.</param>
    /// <param name="settings">More lines for postgresql.conf.</param>
    public static PostgresServer Start(bool fsync = true, params string[] settings)
    {
        var server = new PostgresServer(
            PostgresBinaries.Find(),
            RandomNumberGenerator.GetHexString(24, lowercase: true)
        );
        try
        {
            server.CreateCluster(fsync, settings);
            server.StartOnFreePort();
            server.CreateRoles();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>A standby that streams from this server, with all the databases it has and gets; nobody waits for it.</summary>
    public PostgresServer StartStandby()
    {
        var standby = new PostgresServer(_bin, _password);
        try
        {
            standby.CopyCluster(this);
            standby.StartOnFreePort();
            return standby;
        }
        catch
        {
            standby.Dispose();
            throw;
        }
    }

    /// <summary>A new database with the product's schema.</summary>
    public async Task<PostgresDatabase> CreateDatabase()
    {
        await _template.Value;
        return await CreateDatabase($"template {Template}");
    }

    /// <summary>A new database without any schema.</summary>
    public Task<PostgresDatabase> CreateEmptyDatabase() => CreateDatabase("template template0");

    /// <summary>Ends the server at once, as a crash would: nothing is flushed, every connection is lost.</summary>
    public void Kill()
    {
        PostgresBinaries.Run($"{_bin}/pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");
        // What the pools of this process still hold is dead.
        NpgsqlConnection.ClearAllPools();
    }

    /// <summary>Starts the server again on its port and waits until it has recovered and accepts connections.</summary>
    public void Restart()
    {
        PostgresBinaries.Run(
            $"{_bin}/pg_ctl",
            ["-D", Data, "-l", $"{_folder}/log", "-o", $"-p {Port}", "-w", "-t", "60", "start"]
        );
    }

    /// <summary>The superuser's connection, for tests that corrupt data or read what roles may not.</summary>
    public string SuperuserConnectionString(string database) => Connect(Superuser, database);

    /// <summary>What the API may do there: read. For a standby, whose databases are its primary's.</summary>
    public string ApiConnectionString(string database) => Connect("mall_api", database);

    public void Dispose()
    {
        if (_watchdog is null)
        {
            return;
        }
        _watchdog.StandardInput.Close();
        _watchdog.WaitForExit();
        _watchdog.Dispose();
        _watchdog = null;
    }

    internal string Connect(string role, string database) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = IPAddress.Loopback.ToString(),
            Port = Port,
            Database = database,
            Username = role,
            Password = _password,
            IncludeErrorDetail = true,
        }.ConnectionString;

    internal async Task Drop(string database)
    {
        await Administer($"drop database if exists {database} with (force)");
    }

    private string Data => $"{_folder}/data";

    private void CreateFolder()
    {
        PostgresBinaries.Execute("mkdir", "-m", "700", _folder);
        StartWatchdog();
        if (Environment.IsPrivilegedProcess)
        {
            PostgresBinaries.Execute("chown", "postgres", _folder);
        }
    }

    private void CopyCluster(PostgresServer primary)
    {
        CreateFolder();
        PostgresBinaries.Run(
            $"{_bin}/pg_basebackup",
            [
                "-D",
                Data,
                "-d",
                $"host=127.0.0.1 port={primary.Port} user={Superuser} password={_password}",
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--no-sync",
            ]
        );
        File.AppendAllLines($"{Data}/postgresql.conf", [$"unix_socket_directories = '{_folder}'"]);
    }

    private void CreateCluster(bool fsync, string[] settings)
    {
        CreateFolder();
        var passwordFile = $"{_folder}/password";
        File.WriteAllText(passwordFile, _password);
        if (Environment.IsPrivilegedProcess)
        {
            PostgresBinaries.Execute("chown", "postgres", passwordFile);
        }
        PostgresBinaries.Run(
            $"{_bin}/initdb",
            [
                "-D",
                Data,
                "-U",
                Superuser,
                "--pwfile",
                passwordFile,
                "-A",
                "scram-sha-256",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ]
        );
        File.Delete(passwordFile);
        File.AppendAllLines(
            $"{Data}/postgresql.conf",
            [
                "listen_addresses = '127.0.0.1'",
                $"unix_socket_directories = '{_folder}'",
                "max_connections = 400",
                "shared_buffers = 128MB",
                "jit = off",
                $"fsync = {(fsync ? "on" : "off")}",
                .. settings,
            ]
        );
    }

    private void StartWatchdog()
    {
        string[] runAs = Environment.IsPrivilegedProcess ? ["runuser", "-u", "postgres", "--"] : [];
        var start = new ProcessStartInfo(
            "sh",
            ["-c", Watch, "watchdog", .. runAs, $"{_bin}/pg_ctl", "-D", Data]
        )
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        start.Environment["FOLDER"] = _folder;
        _watchdog = Process.Start(start)!;
    }

    private void StartOnFreePort()
    {
        for (var attempt = 1; ; attempt++)
        {
            Port = FreePort();
            try
            {
                Restart();
                return;
            }
            catch (InvalidOperationException) when (attempt < 3)
            {
                // Somebody took the port between the look and the start.
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The owner is no superuser: what a migration needs is what a hosted server gives.</summary>
    private void CreateRoles()
    {
        using var connection = new NpgsqlConnection(Connect(Superuser, "postgres"));
        connection.Open();
        using var command = new NpgsqlCommand(
            $"""
            create role {Owner} login createdb createrole password '{_password}';
            create role mall_silo login password '{_password}';
            create role mall_api login password '{_password}';
            """,
            connection
        );
        command.ExecuteNonQuery();
    }

    private async Task CreateTemplate()
    {
        await Administer($"create database {Template} owner {Owner} template template0");
        Migrator.Apply(Connect(Owner, Template));
    }

    private async Task<PostgresDatabase> CreateDatabase(string source)
    {
        var name = $"mall_{Interlocked.Increment(ref _databases)}";
        await Administer($"create database {name} owner {Owner} {source}");
        return new PostgresDatabase(this, name, Owner);
    }

    private async Task Administer(string sql)
    {
        await using var connection = new NpgsqlConnection(Connect(Superuser, "postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
