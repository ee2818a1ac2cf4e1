using System.Net.Sockets;
using Npgsql;

namespace PointsMall.Grains.Commits;

/// <summary>What an error says about the units of the batch that met it.</summary>
internal static class DatabaseErrors
{
    /// <summary>57014 canceled, 55P03 lock, 40P01 deadlock, 40001 serialization, 0A000 a plan's result type changed under a migration.</summary>
    private static readonly HashSet<string> Passing = ["57014", "55P03", "40P01", "40001", "0A000"];

    /// <summary>
    /// Nothing is wrong with the units: they are sent again. Beside those above, 53 is out of resources, 58 the system's, 25006 a standby's.
    /// </summary>
    public static bool Pass(string sqlState) =>
        Passing.Contains(sqlState)
        || sqlState.StartsWith("53", StringComparison.Ordinal)
        || sqlState.StartsWith("58", StringComparison.Ordinal)
        || sqlState == "25006";

    /// <summary>What logs and traces call an error: the server's code, or the kind of exception; never its text, which may hold ids.</summary>
    public static string NameOf(Exception exception) =>
        (exception as PostgresException)?.SqlState ?? exception.GetType().Name;

    /// <summary>The database or the way to it failed, and not this code.</summary>
    public static bool IsDatabase(Exception exception) =>
        exception
            is NpgsqlException
                or TimeoutException
                or IOException
                or SocketException
                or InvalidOperationException;
}
