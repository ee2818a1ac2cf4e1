using PointsMall.Tests.Deploy.Containers;

namespace PointsMall.Tests.Deploy.Compose;

/// <summary>The promises of docker-compose.yml, read from the file.</summary>
public sealed class ComposeTests
{
    private static readonly string[] Hosts = ["migrate", "silo", "api"];
    private readonly ComposeFile _compose = new();

    [Theory, InlineData("migrate"), InlineData("silo"), InlineData("api")]
    public void A_host_has_no_rights_and_a_root_that_it_can_not_write(string host)
    {
        var service = _compose.Service(host);

        Assert.Equal("true", service.Text("read_only"));
        Assert.Equal(["ALL"], Texts(service, "cap_drop"));
        Assert.Equal(["no-new-privileges:true"], Texts(service, "security_opt"));
        Assert.Equal(["/tmp"], Texts(service, "tmpfs"));
        Assert.Null(service.At("privileged"));
        Assert.Null(service.At("user")); // the image's
    }

    [Theory, InlineData("silo"), InlineData("api")]
    public void A_host_is_asked_for_its_health_by_its_own_program(string host)
    {
        var service = _compose.Service(host);

        Assert.Equal(
            ["CMD", .. new ContainerFile(host).Entrypoint, "health"],
            Texts(service, "healthcheck", "test")
        );
        // Longer than the command waits itself, or it could never say why.
        Assert.True(
            ComposeFile.Duration(service.Text("healthcheck", "timeout")!) > TimeSpan.FromSeconds(3)
        );
    }

    [Theory, InlineData("silo"), InlineData("api")]
    public void A_host_that_is_stopped_gets_the_time_to_end_in_order(string host) =>
        Assert.True(
            ComposeFile.Duration(_compose.Service(host).Text("stop_grace_period")!)
                > ShutdownTimes.Of(host)
        );

    [Fact]
    public void Silos_can_be_several()
    {
        var silo = _compose.Service("silo");

        Assert.Equal(
            PointsMall.Silo.HostAddress.OfHostName,
            silo.Text("environment", "Silo__Address")
        );
        // A second network would give its name a second address.
        Assert.Equal(["backend"], Texts(silo, "networks"));
        Assert.Null(silo.At("environment", "Silo__Name"));
        Assert.Null(silo.At("container_name"));
        Assert.Null(silo.At("ports"));
    }

    [Fact]
    public void Silos_and_database_have_no_way_in_or_out()
    {
        Assert.Equal("true", _compose.Network("backend").Text("internal"));
        Assert.Equal(["backend"], Texts(_compose.Service("postgres"), "networks"));
        Assert.Equal(
            ["api", "grafana"],
            _compose.Services.Where(name => _compose.Service(name).At("ports") is not null).Order()
        );
        Assert.All(
            _compose.Services.SelectMany(name => Texts(_compose.Service(name), "ports")),
            port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Nothing_secret_is_in_the_file()
    {
        var values = _compose
            .Services.SelectMany(name => _compose.Service(name).Map("environment"))
            .Where(pair => pair.Key.Contains("PASSWORD", StringComparison.OrdinalIgnoreCase))
            .Select(pair => (string)pair.Value!)
            .Concat(
                _compose
                    .Services.SelectMany(name => _compose.Service(name).Map("environment"))
                    .Select(pair => (string)pair.Value!)
                    .Where(value => value.Contains("Password=", StringComparison.Ordinal))
                    .Select(value => value.Split("Password=")[1])
            )
            .ToArray();

        Assert.Equal(6, values.Length);
        Assert.All(values, value => Assert.Matches(@"^\$\{MALL_\w+(:\?[^}]*)?\}$", value));
    }

    [Fact]
    public void Every_variable_is_explained_and_empty_where_it_is_secret()
    {
        var example = Repository
            .Read("deploy", "containers", "example.env")
            .Split('\n')
            .Where(line => line is not "" and not ['#', ..])
            .Select(line => line.Split('='))
            .ToDictionary(parts => parts[0], parts => parts[1]);

        Assert.Equal(ComposeFile.Variables.Order(), example.Keys.Order());
        Assert.All(
            example.Where(pair => pair.Key.Contains("PASSWORD", StringComparison.Ordinal)),
            pair => Assert.Empty(pair.Value)
        );
    }

    [Fact]
    public void What_others_built_is_named_by_its_version() =>
        Assert.All(
            _compose
                .Services.Except(Hosts)
                .Select(name => _compose.Service(name).Text("image")!.Split(':')),
            image =>
            {
                Assert.Equal(2, image.Length);
                Assert.Matches(@"^v?\d+", image[1]);
            }
        );

    [Fact]
    public void Metrics_are_watched_only_when_asked_for() =>
        Assert.Equal(
            ["grafana", "prometheus"],
            _compose
                .Services.Where(name =>
                    Texts(_compose.Service(name), "profiles").Contains("metrics")
                )
                .Order()
        );

    [Theory, InlineData(), InlineData("--profile", "metrics")]
    public async Task Docker_compose_takes_the_file(params string[] profile)
    {
        Assert.SkipUnless(
            Tool.IsInstalled("docker-compose"),
            "docker-compose is not installed (Debian: apt-get install docker-compose)"
        );
        var variables = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(
                variables,
                ComposeFile.Variables.Select(name =>
                    name.EndsWith("_PORT", StringComparison.Ordinal) ? $"{name}=18080"
                    : name.EndsWith("_FILE", StringComparison.Ordinal) ? $"{name}=/key.pem"
                    : $"{name}=text"
                )
            );
            var config = await Tool.Run(
                "docker-compose",
                ["--env-file", variables, .. profile, "config", "--quiet"]
            );
            Assert.True(config.ExitCode == 0, config.Errors);
            await File.WriteAllTextAsync(variables, "");
            var without = await Tool.Run(
                "docker-compose",
                ["--env-file", variables, "config", "--quiet"]
            );
            Assert.Contains("example.env", without.Errors, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(variables);
        }
    }

    private static string[] Texts(JsonNode service, params object[] path) =>
        [.. service.List(path).Select(item => (string)item!)];
}
