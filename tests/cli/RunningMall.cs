using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace PointsMall.Tests.Cli;

/// <summary>A <c>mall up</c> in the foreground of a terminal of its own, in a data folder with spaces in its path.</summary>
internal sealed class RunningMall : IAsyncDisposable
{
    // A first start may have to build when the tests are run on their own.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _up;
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource<Uri> _ready = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    private RunningMall(string data, int apiPort, string[] options)
    {
        Data = data;
        _up = Terminal.Start(
            Terminal.Script,
            [
                "up",
                "--data",
                data,
                "--api-port",
                apiPort.ToString(CultureInfo.InvariantCulture),
                .. options,
            ]
        );
        _up.OutputDataReceived += (_, line) => Hear(line.Data);
        _up.ErrorDataReceived += (_, line) => Hear(line.Data);
        _up.BeginOutputReadLine();
        _up.BeginErrorReadLine();
    }

    public string Data { get; }

    public HttpClient Api { get; } = new();

    /// <summary>All that the script printed so far.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    public int UpPid => _up.Id;

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static async Task<RunningMall> Start(string data, params string[] options)
    {
        var mall = new RunningMall(data, FreePort(), options);
        try
        {
            mall.Api.BaseAddress = await mall._ready.Task.WaitAsync(Patience);
            return mall;
        }
        catch
        {
            await mall.DisposeAsync();
            throw;
        }
    }

    /// <summary>The processes that <c>up</c> recorded, by name.</summary>
    public Dictionary<string, int> Processes() =>
        Directory
            .GetFiles(Path.Combine(Data, "run"))
            .ToDictionary(
                file => Path.GetFileName(file),
                file =>
                    int.Parse(File.ReadAllText(file).Split(' ')[0], CultureInfo.InvariantCulture)
            );

    public async Task<JsonElement> Get(string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await Json(await Api.SendAsync(request));
    }

    public async Task<JsonElement> Post(string path, string token, string key, string body) =>
        await Json(await TryPost(path, token, key, body));

    /// <summary>Whatever the answer is.</summary>
    public async Task<HttpResponseMessage> TryPost(
        string path,
        string token,
        string key,
        string body
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("Idempotency-Key", key);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Api.SendAsync(request);
    }

    /// <summary>One value of the database, by the script's psql.</summary>
    public async Task<string> Query(string sql)
    {
        var output = await Terminal.Mall("psql", "--data", Data, "-Atc", sql);
        Assert.True(output.ExitCode == 0, output.Errors);
        return output.Text.Trim();
    }

    public async Task<string> Token(params string[] arguments)
    {
        var output = await Terminal.Mall(["token", .. arguments, "--data", Data]);
        Assert.True(output.ExitCode == 0, output.Errors);
        return output.Text.Trim();
    }

    public static bool IsAlive(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    public static Task Signal(int pid, string signal) =>
        Terminal.Run("/bin/kill", $"-{signal}", pid.ToString(CultureInfo.InvariantCulture));

    /// <summary>Waits for something to become true; how long is not the test's subject.</summary>
    public static Task Until(Func<Task<bool>> condition, string what) =>
        Until(condition, () => what);

    /// <param name="condition">Asked again and again.</param>
    /// <param name="what">What was waited for; asked when it never came.</param>
    public static async Task Until(Func<Task<bool>> condition, Func<string> what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, $"never: {what()}");
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>Sends a signal to <c>up</c> and waits for its end.</summary>
    public async Task<int> Stop(string signal)
    {
        await Signal(_up.Id, signal);
        return await Ended();
    }

    public async Task<int> Ended()
    {
        await _up.WaitForExitAsync().WaitAsync(Patience);
        return _up.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_up.HasExited)
        {
            await Stop("TERM");
        }
        // Nothing is left behind, also when the test ended `up` in another way.
        await Terminal.Mall("down", "--data", Data);
        Api.Dispose();
        _up.Dispose();
    }

    private static async Task<JsonElement> Json(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
            return JsonDocument.Parse(text).RootElement;
        }
    }

    private void Hear(string? line)
    {
        const string ready = "ready: ";
        if (line is null)
        {
            _ready.TrySetException(
                new InvalidOperationException($"up ended before it was ready:\n{Said}")
            );
            return;
        }
        lock (_said)
        {
            _said.AppendLine(line);
        }
        if (line.StartsWith(ready, StringComparison.Ordinal))
        {
            _ready.TrySetResult(new Uri(line[ready.Length..]));
        }
    }
}
