using System.Net;
using PointsMall.Silo;

namespace PointsMall.Tests.Deploy.Settings;

/// <summary><c>Silo:Address</c>: an address, or what the machine's own name resolves to.</summary>
public sealed class HostAddressTests
{
    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("127.0.0.1")]
    [InlineData("fd00::5")]
    public void An_address_is_taken_as_it_is(string setting) =>
        Assert.Equal(IPAddress.Parse(setting), HostAddress.Advertised(setting));

    [Theory]
    [InlineData("0.0.0.0", "which nobody can connect to")]
    [InlineData("::", "which nobody can connect to")]
    [InlineData("silo.example.com", "must be an IP address")]
    [InlineData("", "must be an IP address")]
    public void What_nobody_could_connect_to_is_refused(string setting, string message) =>
        Assert.Contains(
            message,
            Assert.Throws<InvalidDataException>(() => HostAddress.Advertised(setting)).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("172.18.0.3", "172.18.0.3")]
    [InlineData("172.18.0.3", "127.0.0.1", "172.18.0.3")]
    [InlineData("172.18.0.3", "fd00::3", "fe80::1", "172.18.0.3", "172.18.0.3")]
    [InlineData("fd00::3", "::1", "fe80::1", "fd00::3")]
    public void Of_a_hosts_addresses_the_one_that_others_can_use_is_taken(
        string expected,
        params string[] addresses
    ) => Assert.Equal(IPAddress.Parse(expected), Own(addresses));

    [Theory]
    [InlineData("no address")]
    [InlineData("127.0.1.1", "127.0.1.1")]
    [InlineData("172.18.0.3 and 172.19.0.3", "172.18.0.3", "172.19.0.3")]
    public void Without_one_or_with_several_the_operator_is_asked(
        string named,
        params string[] addresses
    )
    {
        var message = Assert.Throws<InvalidDataException>(() => Own(addresses)).Message;

        Assert.Contains($"box is at {named}: set Silo:Address", message, StringComparison.Ordinal);
    }

    private static IPAddress Own(string[] addresses) =>
        HostAddress.Own("box", Array.ConvertAll(addresses, IPAddress.Parse));
}
