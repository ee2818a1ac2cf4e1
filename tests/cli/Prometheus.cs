using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace PointsMall.Tests.Cli;

/// <summary>A Prometheus as <c>mall prometheus</c> runs it.</summary>
internal sealed class Prometheus : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http;

    private Prometheus(Process process, int port)
    {
        _process = process;
        _http = new HttpClient
        {
            BaseAddress = new Uri(
                string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/api/v1/")
            ),
        };
    }

    /// <summary>Why there is no Prometheus here and none can be had; null when there is.</summary>
    public static async Task<string?> WhyNot()
    {
        // Whatever its answer: the script looks for Prometheus, or fetches it, before it looks at the mall.
        var output = await Terminal.Mall("prometheus", "--data", "/nowhere/at/all");
        return output.Errors.Contains("Prometheus is needed", StringComparison.Ordinal)
            ? output.Errors
            : null;
    }

    /// <param name="data">The data folder of a mall that runs with --metrics.</param>
    public static async Task<Prometheus> Start(string data)
    {
        var port = RunningMall.FreePort();
        var process = Terminal.Start(
            Terminal.Script,
            "prometheus",
            "--data",
            data,
            "--port",
            port.ToString(CultureInfo.InvariantCulture)
        );
        // Read, or a full pipe would stop it.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var prometheus = new Prometheus(process, port);
        try
        {
            await RunningMall.Until(prometheus.IsReady, () => "prometheus is ready");
            return prometheus;
        }
        catch
        {
            await prometheus.DisposeAsync();
            throw;
        }
    }

    /// <summary>The series of an instant query whose value is a number, as text.</summary>
    public async Task<List<string>> Query(string expression)
    {
        var data = await Get("query?query=" + Uri.EscapeDataString(expression));
        return
        [
            .. data.GetProperty("result")
                .EnumerateArray()
                .Where(series => series.GetProperty("value")[1].GetString() != "NaN")
                .Select(series => series.ToString()),
        ];
    }

    /// <summary>All metrics that it has.</summary>
    public async Task<List<string>> Names() =>
        [
            .. (await Get("label/__name__/values"))
                .EnumerateArray()
                .Select(name => name.GetString()!),
        ];

    public async Task<List<Alert>> Alerts() =>
        [
            .. (await Get("rules"))
                .GetProperty("groups")
                .EnumerateArray()
                .SelectMany(group => group.GetProperty("rules").EnumerateArray())
                .Select(rule => new Alert(
                    rule.GetProperty("name").GetString()!,
                    rule.GetProperty("query").GetString()!,
                    rule.GetProperty("health").GetString()!,
                    rule.GetProperty("labels").GetProperty("severity").GetString()!,
                    rule.GetProperty("annotations").Deserialize<Dictionary<string, string>>()!
                )),
        ];

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await RunningMall.Signal(_process.Id, "TERM");
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
        _http.Dispose();
    }

    private async Task<bool> IsReady()
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"mall prometheus ended with {_process.ExitCode}"
                )
            );
        }
        try
        {
            using var answer = await _http.GetAsync(new Uri("/-/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<JsonElement> Get(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {text}");
        return JsonDocument.Parse(text).RootElement.GetProperty("data");
    }
}

/// <summary>An alert rule as Prometheus has read it.</summary>
internal sealed record Alert(
    string Name,
    string Query,
    string Health,
    string Severity,
    Dictionary<string, string> Annotations
);
