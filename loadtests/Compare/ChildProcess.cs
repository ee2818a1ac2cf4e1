using System.Diagnostics;
using System.Text;
using PointsMall.LoadTests.Bench;

namespace PointsMall.LoadTests.Compare;

/// <summary>A process of the comparison. Its output goes to a log file; it ends when its standard input does, which this process holds.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly TaskCompletionSource<string> _ready = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private readonly string _readyPrefix;

    private ChildProcess(ProcessStartInfo start, string logFile, string readyPrefix)
    {
        _readyPrefix = readyPrefix;
        LogFile = logFile;
        Directory.CreateDirectory(Path.GetDirectoryName(logFile)!);
        _log = new StreamWriter(logFile, append: true, Encoding.UTF8) { AutoFlush = true };
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.UseShellExecute = false;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string LogFile { get; }

    public int Id => _process.Id;

    /// <summary>Starts a program and waits for the line that says that it is ready.</summary>
    /// <param name="program">Program and arguments.</param>
    /// <param name="environment">Variables beside this process's own.</param>
    /// <param name="logFile">Gets all that it prints.</param>
    /// <param name="readyPrefix">How that line begins.</param>
    /// <param name="within">How long that may take.</param>
    /// <returns>The process, and the rest of the line.</returns>
    /// <exception cref="BenchException">It ended, or said nothing in time.</exception>
    public static async Task<(ChildProcess Process, string Ready)> Start(
        IReadOnlyList<string> program,
        IReadOnlyDictionary<string, string> environment,
        string logFile,
        string readyPrefix,
        TimeSpan within
    )
    {
        var start = new ProcessStartInfo(program[0], program.Skip(1));
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        var child = new ChildProcess(start, logFile, readyPrefix);
        try
        {
            return (child, await child._ready.Task.WaitAsync(within));
        }
        catch (TimeoutException late)
        {
            await child.DisposeAsync();
            throw new BenchException(
                $"{program[0]} was not ready within {within.TotalSeconds:0} s; see {logFile}",
                late
            );
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(StopTime);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
        await _log.DisposeAsync();
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            _ready.TrySetException(
                new BenchException($"a process ended before it was ready; see {LogFile}")
            );
            return;
        }
        lock (_log)
        {
            _log.WriteLine(line);
        }
        if (line.StartsWith(_readyPrefix, StringComparison.Ordinal))
        {
            _ready.TrySetResult(line[_readyPrefix.Length..]);
        }
    }
}
