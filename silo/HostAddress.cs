using System.Net;
using System.Net.Sockets;

namespace PointsMall.Silo;

/// <summary>Reads the addresses among the settings, with a message that says what is wrong with one.</summary>
public static class HostAddress
{
    /// <summary>In place of an address: what this machine's own name resolves to. In a container that is its address in its network.</summary>
    public const string OfHostName = "hostname";

    /// <summary>The address that others reach this silo at.</summary>
    /// <exception cref="InvalidDataException">It is none, or it can't be told which.</exception>
    public static IPAddress Advertised(string setting) =>
        setting == OfHostName ? Own(Dns.GetHostName(), Resolve(Dns.GetHostName()))
        : Listening("Silo:Address", setting) is var address && !IsAny(address) ? address
        : throw new InvalidDataException(
            $"Silo:Address is {setting}, which nobody can connect to: set the address that other silos reach this one at, or {OfHostName}"
        );

    /// <summary>An address to listen on.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static IPAddress Listening(string name, string setting) =>
        IPAddress.TryParse(setting, out var address)
            ? address
            : throw new InvalidDataException($"{name} must be an IP address, not {setting}");

    /// <summary>The one address of a host name that others can use; IPv4 before IPv6.</summary>
    /// <exception cref="InvalidDataException">There is none, or there are several of one kind.</exception>
    public static IPAddress Own(string hostName, IReadOnlyCollection<IPAddress> addresses)
    {
        // Debian gives a machine's name the address 127.0.1.1: silos elsewhere would reach themselves there.
        var usable = addresses
            .Where(address =>
                !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal && !IsAny(address)
            )
            .Distinct()
            .ToLookup(address => address.AddressFamily);
        IPAddress[] candidates = usable.Contains(AddressFamily.InterNetwork)
            ? [.. usable[AddressFamily.InterNetwork]]
            : [.. usable[AddressFamily.InterNetworkV6]];
        return candidates is [var only]
            ? only
            : throw new InvalidDataException(
                $"Silo:Address is {OfHostName}, and {hostName} is at "
                    + (
                        addresses.Count == 0
                            ? "no address"
                            : string.Join<IPAddress>(" and ", addresses)
                    )
                    + ": set Silo:Address to the one that other silos reach this one at"
            );
    }

    private static IPAddress[] Resolve(string hostName)
    {
        try
        {
            return Dns.GetHostAddresses(hostName);
        }
        catch (SocketException)
        {
            return [];
        }
    }

    private static bool IsAny(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
