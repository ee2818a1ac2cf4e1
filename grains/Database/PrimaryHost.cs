using Npgsql;

namespace PointsMall.Grains.Database;

/// <summary>Several hosts in one connection string: a primary and its standbys, of which any may be the primary tomorrow.</summary>
public static class PrimaryHost
{
    /// <summary>The same, with the host that is the primary asked for where there are several and the string does not say which it wants.</summary>
    /// <param name="connectionString">Of Npgsql.</param>
    public static string Of(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (settings is { TargetSessionAttributes: null, Host: { } host } && host.Contains(','))
        {
            settings.TargetSessionAttributes = "primary";
            return settings.ConnectionString;
        }
        return connectionString;
    }
}
