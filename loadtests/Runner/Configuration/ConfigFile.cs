using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;

namespace PointsMall.LoadTests.Runner.Configuration;

/// <summary>Settings in NBomber's JSON format, laid over those in code.</summary>
internal static class ConfigFile
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <param name="context">The run as it is in code.</param>
    /// <param name="source">A file's path, a URL, or the JSON itself.</param>
    /// <exception cref="RunConfigException">It can't be read, or names or holds what it must not.</exception>
    public static NBomberContext Apply(NBomberContext context, string source)
    {
        using var document = Parse(source);
        foreach (var (name, value) in new JsonField("", document.RootElement).Fields())
        {
            context = name switch
            {
                "TestSuite" => context.WithTestSuite(value.Text()),
                "TestName" => context.WithTestName(value.Text()),
                "TargetScenarios" => context.WithTargetScenarios([
                    .. value.Items().Select(one => one.Text()),
                ]),
                "ScenarioCompletionTimeout" => context.WithScenarioCompletionTimeout(value.Time()),
                "GlobalSettings" => Global(context, value),
                "ClusterSettings" => throw value.Bad("this runner is one node and has no cluster"),
                _ => throw value.Unknown(),
            };
        }
        return context;
    }

    private static NBomberContext Global(NBomberContext context, JsonField settings)
    {
        foreach (var (name, value) in settings.Fields())
        {
            context = name switch
            {
                "ScenariosSettings" => value.Items().Aggregate(context, Scenario),
                "GlobalCustomSettings" => context with { GlobalCustomSettings = Custom(value) },
                "ReportFileName" => context.WithReportFileName(value.Text()),
                "ReportFolder" => context.WithReportFolder(value.Text()),
                "ReportFormats" => context.WithReportFormats([
                    .. value.Items().Select(one => one.OneOf<ReportFormat>()),
                ]),
                "ReportingInterval" => value.Time() >= TimeSpan.FromSeconds(5)
                    ? context.WithReportingInterval(value.Time())
                    : throw value.Bad("it must be 5 seconds or longer"),
                "ScenarioCompletionTimeout" => context.WithScenarioCompletionTimeout(value.Time()),
                _ => throw value.Unknown(),
            };
        }
        return context;
    }

    private static NBomberContext Scenario(NBomberContext context, JsonField settings)
    {
        var named = settings.Fields().FirstOrDefault(field => field.Name == "ScenarioName").Value;
        var scenarioName = named.Path is null
            ? throw settings.Bad("it needs a ScenarioName")
            : named.Text();
        // Settings of a scenario that this run does not have are no mistake: one config may serve several runs.
        return context with
        {
            Scenarios =
            [
                .. context.Scenarios.Select(one =>
                    one.ScenarioName == scenarioName ? Scenario(one, settings) : one
                ),
            ],
        };
    }

    private static ScenarioProps Scenario(ScenarioProps scenario, JsonField settings)
    {
        foreach (var (name, value) in settings.Fields())
        {
            scenario = name switch
            {
                "ScenarioName" => scenario,
                "WarmUpDuration" => scenario.WithWarmUpDuration(value.Time()),
                "LoadSimulationsSettings" => scenario.WithLoadSimulations([
                    .. value.Items().Select(SimulationConfig.Read),
                ]),
                "ThresholdSettings" => scenario.WithThresholds([
                    .. value.Items().Select(ThresholdConfig.Read),
                ]),
                "CustomSettings" => scenario with { CustomSettings = Custom(value) },
                "MaxFailCount" => scenario.WithMaxFailCount(value.Number(least: 1)),
                "RestartIterationOnFail" => scenario.WithRestartIterationOnFail(value.Flag()),
                "StatsBasedOnIterations" => scenario.WithStatsBasedOnIterations(value.Flag()),
                _ => throw value.Unknown(),
            };
        }
        return scenario;
    }

    /// <summary>As .NET's configuration, so that a scenario binds it to a class of its own.</summary>
    private static IConfiguration Custom(JsonField settings)
    {
        _ = settings.Fields();
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(settings.Element.GetRawText()));
        return new ConfigurationBuilder().AddJsonStream(json).Build();
    }

    private static JsonDocument Parse(string source)
    {
        try
        {
            return JsonDocument.Parse(Load(source), Lenient);
        }
        catch (Exception fault)
            when (fault
                    is JsonException
                        or IOException
                        or HttpRequestException
                        or UnauthorizedAccessException
            )
        {
            throw new RunConfigException($"config: {source}: {fault.Message}", fault);
        }
    }

    private static string Load(string source)
    {
        if (source.AsSpan().TrimStart().StartsWith('{'))
        {
            return source;
        }
        if (
            !Uri.TryCreate(source, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
        )
        {
            return File.ReadAllText(source);
        }
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using var response = client.Send(request).EnsureSuccessStatusCode();
        using var reader = new StreamReader(response.Content.ReadAsStream());
        return reader.ReadToEnd();
    }
}
