namespace PointsMall.Api.Reads;

/// <summary>Where a read was answered from.</summary>
internal enum ReadSource
{
    /// <summary>The primary; there is no replica.</summary>
    Primary,

    /// <summary>The replica.</summary>
    Replica,

    /// <summary>The primary, because the replica was gone or behind.</summary>
    Fallback,
}
