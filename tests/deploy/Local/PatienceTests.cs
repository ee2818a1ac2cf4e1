using System.Globalization;
using System.Text.RegularExpressions;

namespace PointsMall.Tests.Deploy.Local;

/// <summary>How long the script and the balancer wait agrees with what the hosts take.</summary>
public sealed class PatienceTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    [Theory, InlineData("silo"), InlineData("api")]
    public void A_host_that_the_script_stops_gets_the_time_to_end_in_order(string host) =>
        Assert.True(
            Seconds(@$"^{host}_patience=(\d+)$", "deploy", "local", "processes.sh")
                > ShutdownTimes.Of(host)
        );

    [Fact]
    public void The_balancer_sees_an_API_leave_before_it_takes_no_more()
    {
        string[] sample = ["deploy", "haproxy", "haproxy.cfg"];

        // In the worst case it has just looked, and its first unhappy look takes as long as it may.
        var seen =
            Seconds(@"check inter (\d+)s fastinter \d+ms fall 2 ", sample)
            + Seconds(@"timeout check (\d+)s", sample);

        Assert.True(seen < ShutdownTimes.LeaveTime, $"{seen}");
    }

    private static TimeSpan Seconds(string pattern, params string[] file) =>
        TimeSpan.FromSeconds(
            int.Parse(
                Regex
                    .Match(Repository.Read(file), pattern, RegexOptions.Multiline, Timeout)
                    .Groups[1]
                    .Value,
                CultureInfo.InvariantCulture
            )
        );
}
