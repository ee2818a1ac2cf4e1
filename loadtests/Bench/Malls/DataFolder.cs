using Npgsql;

namespace PointsMall.LoadTests.Bench.Malls;

/// <summary>A mall's data folder, as <c>./mall up</c> writes it: key=value files, keys, logs.</summary>
internal sealed class DataFolder(string path)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Logs => File("logs");
    public string PrivateKey => File("keys/private.pem");

    /// <summary>PostgreSQL's files, of a database that is this folder's own.</summary>
    public string Cluster =>
        System.IO.Path.Combine(Recall("cluster", "folder") ?? File("postgres"), "data");

    /// <summary>A value of one of the folder's files, or null.</summary>
    public string? Recall(string file, string key)
    {
        var full = File(file);
        if (!System.IO.File.Exists(full))
        {
            return null;
        }
        var prefix = key + '=';
        return System
            .IO.File.ReadLines(full)
            .FirstOrDefault(line => line.StartsWith(prefix, StringComparison.Ordinal))
            ?[prefix.Length..];
    }

    /// <summary>Connects as the database's owner.</summary>
    /// <exception cref="BenchException">No mall has run in the folder.</exception>
    public string OwnerConnectionString()
    {
        string Required(string file, string key) =>
            Recall(file, key)
            ?? throw new BenchException($"no mall has run in {Path}: its file {file} has no {key}");

        var port = Required("database", "port");
        // Options are written as a connection string has them; what else may be in them wins.
        return new NpgsqlConnectionStringBuilder($"Port={port}{Recall("database", "options")}")
        {
            Host = Required("database", "host"),
            Database = Required("database", "name"),
            Username = Required("database", "owner"),
            Password = Required("passwords", "owner"),
            ApplicationName = "mall/bench",
        }.ConnectionString;
    }

    /// <summary>Numbers of the processes that run in the folder, by name: api, silo1, postgres.</summary>
    public IReadOnlyDictionary<string, int> Processes()
    {
        var run = File("run");
        return Directory.Exists(run)
            ? Directory
                .GetFiles(run)
                .Where(file => !System.IO.Path.GetFileName(file).StartsWith('.'))
                .ToDictionary(
                    file => System.IO.Path.GetFileName(file),
                    file =>
                        int.Parse(
                            System.IO.File.ReadAllText(file).Split(' ')[0],
                            System.Globalization.CultureInfo.InvariantCulture
                        )
                )
            : new Dictionary<string, int>();
    }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Removes the folder and the database's files, which <c>up</c> may have put elsewhere.</summary>
    public void Remove()
    {
        if (Recall("cluster", "folder") is { Length: > 0 } cluster && Directory.Exists(cluster))
        {
            Directory.Delete(cluster, recursive: true);
        }
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
