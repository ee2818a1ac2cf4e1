using Microsoft.Extensions.Options;

namespace PointsMall.Api;

/// <summary><c>run</c>: serves until the process is told to stop.</summary>
internal static class RunCommand
{
    /// <param name="args">Settings, as <c>--Silo:ClusterId mall</c>.</param>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> Run(string[] args)
    {
        try
        {
            await using var app = ApiHost.Create(args);
            await app.RunAsync();
            return 0;
        }
        catch (Exception failure)
            when (failure is OptionsValidationException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync($"The API can't start: {failure.Message}");
            return 1;
        }
    }
}
