using System.ComponentModel.DataAnnotations;

namespace PointsMall.Silo;

/// <summary>Settings of section <c>Silo</c>.</summary>
public sealed class SiloSettings
{
    public const string Section = "Silo";

    /// <summary>Part of the key of all Orleans storage and reminder rows: never to be changed.</summary>
    public const string ServiceId = "points-mall";

    /// <summary>Silos with one id form one cluster.</summary>
    [Required, MaxLength(100)]
    public string ClusterId { get; set; } = "mall";

    /// <summary>Shown in logs and in the membership table; the machine's name unless set, which is a container's or a pod's.</summary>
    [Required, MaxLength(100)]
    public string Name { get; set; } = Environment.MachineName;

    /// <summary>The address that other silos and the API reach this silo at, or <see cref="HostAddress.OfHostName"/>.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Silo to silo. A silo that comes back on the port that it had is let in at once.</summary>
    [Range(1, 65_535)]
    public int Port { get; set; } = 11_111;

    /// <summary>Where it listens for other silos, when something in between makes it a different port; <see cref="Port"/> unless set.</summary>
    [Range(1, 65_535)]
    public int? ListeningPort { get; set; }

    /// <summary>API to silo.</summary>
    [Range(1, 65_535)]
    public int GatewayPort { get; set; } = 30_000;

    /// <summary>HTTP on loopback: health.</summary>
    [Range(1, 65_535)]
    public int HealthPort { get; set; } = 8_081;

    /// <summary>Address that the health port listens on; loopback unless a container's probe must reach it.</summary>
    public string HealthAddress { get; set; } = "127.0.0.1";

    /// <summary>Gathers what the Orleans dashboard shows. The API serves it, to staff only.</summary>
    public bool Dashboard { get; set; }

    /// <summary>Pooled connections for account loads and look-ups.</summary>
    [Range(1, 100)]
    public int LoadConnections { get; set; } = 8;

    /// <summary>Without an answer of the database for this long the silo stops itself, and its members move to another.</summary>
    public TimeSpan DatabasePatience { get; set; } = TimeSpan.FromSeconds(10);
}
