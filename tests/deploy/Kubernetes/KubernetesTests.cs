namespace PointsMall.Tests.Deploy.Kubernetes;

/// <summary>The manifests, read strictly and held against what they promise. No cluster is asked.</summary>
public sealed class KubernetesTests
{
    private static readonly Action<Manifests>[] AllRules =
    [
        Rules.Confined,
        Rules.Sized,
        Rules.SecretsElsewhere,
        Rules.PatientlyStopped,
        Rules.NeverFewer,
    ];

    private readonly Manifests _manifests = Manifests.AsWritten();

    public static TheoryData<string> Files() =>
        [.. Manifests.Files.Select(file => Path.GetRelativePath(Manifests.Folder, file))];

    [Theory, MemberData(nameof(Files))]
    public void A_manifest_has_only_what_Kubernetes_knows(string file) =>
        Assert.NotEmpty(
            Manifests.ReadStrictly(File.ReadAllText(Path.Combine(Manifests.Folder, file)))
        );

    [Theory]
    [InlineData("terminationGracePeriodSeconds: 90", "terminationGracePeriodSecond: 90")]
    [InlineData("terminationGracePeriodSeconds: 90", "terminationGracePeriodSeconds: long")]
    [InlineData("          readinessProbe:", "      readinessProbe:")]
    [InlineData("apiVersion: apps/v1", "apiVersion: apps/v9")]
    public void A_slip_of_the_pen_is_noticed(string right, string wrong)
    {
        var silo = File.ReadAllText(Path.Combine(Manifests.Folder, "base", "silo.yaml"));
        Assert.Contains(right, silo, StringComparison.Ordinal);

        Assert.ThrowsAny<Exception>(() =>
            Manifests.ReadStrictly(silo.Replace(right, wrong, StringComparison.Ordinal))
        );
    }

    [Fact]
    public void Nobody_has_more_rights_than_it_needs() => Rules.Confined(_manifests);

    [Fact]
    public void Memory_is_limited_to_what_is_requested_and_cpu_is_not_limited() =>
        Rules.Sized(_manifests);

    [Fact]
    public void Secrets_are_only_referred_to() => Rules.SecretsElsewhere(_manifests);

    [Fact]
    public void Whoever_is_stopped_gets_the_time_to_end_in_order() =>
        Rules.PatientlyStopped(_manifests);

    [Fact]
    public void A_rollout_and_a_drained_node_never_leave_too_few() => Rules.NeverFewer(_manifests);

    [Fact]
    public void A_silo_is_known_by_its_pods_name_and_address()
    {
        var settings = _manifests.Pods.Single(pod => pod.Name == "silo").Container.List("env");

        Assert.Equal(
            [
                ("Metrics__Host", "status.podIP"),
                ("Silo__Address", "status.podIP"),
                ("Silo__HealthAddress", "status.podIP"),
                ("Silo__Name", "metadata.name"),
            ],
            settings
                .Where(setting => setting.At("valueFrom", "fieldRef") is not null)
                .Select(setting =>
                    (setting.Text("name"), setting.Text("valueFrom", "fieldRef", "fieldPath"))
                )
                .Order()
        );
    }

    [Theory, InlineData("silo", "health"), InlineData("api", "http")]
    public void Only_what_is_local_to_a_process_restarts_it(string host, string port)
    {
        var container = _manifests.Pods.Single(pod => pod.Name == host).Container;

        Assert.Equal(
            [
                ("startupProbe", port, "/healthz/live"),
                ("readinessProbe", port, "/healthz/ready"),
                ("livenessProbe", port, "/healthz/live"),
            ],
            ((string[])["startupProbe", "readinessProbe", "livenessProbe"]).Select(probe =>
                (
                    probe,
                    container.Text(probe, "httpGet", "port"),
                    container.Text(probe, "httpGet", "path")
                )
            )
        );
    }

    [Fact]
    public void Every_named_port_is_a_containers()
    {
        var ports = _manifests.Pods.ToLookup(
            pod => pod.Name,
            pod => pod.Container.List("ports").Select(port => port.Text("name")!).ToArray()
        );

        foreach (var service in _manifests.Of("Service"))
        {
            var host = service.Text("spec", "selector", "app.kubernetes.io/name")!;
            Assert.All(
                service.List("spec", "ports"),
                port => Assert.Contains(port.Text("targetPort"), ports[host].Single())
            );
        }
    }

    [Fact]
    public void A_silo_is_reached_by_silos_and_the_api_each_on_its_port()
    {
        var rules = _manifests
            .The("NetworkPolicy", "silo")
            .List("spec", "ingress")
            .SelectMany(rule =>
                rule.List("from")
                    .SelectMany(from =>
                        rule.List("ports")
                            .Select(port =>
                                (
                                    port.Text("port"),
                                    from.Text(
                                        "podSelector",
                                        "matchLabels",
                                        "app.kubernetes.io/name"
                                    )
                                        ?? from.Text(
                                            "namespaceSelector",
                                            "matchLabels",
                                            "kubernetes.io/metadata.name"
                                        )
                                )
                            )
                    )
            );

        Assert.Equal([("11111", "silo"), ("30000", "api"), ("9464", "monitoring")], rules.Order());
    }

    [Fact]
    public void Whatever_runs_has_a_policy_that_names_what_it_may_reach()
    {
        Assert.Equal(
            _manifests.Pods.Select(pod => pod.Name).Order(),
            _manifests.Of("NetworkPolicy").Select(policy => policy.Text("metadata", "name")).Order()
        );
        Assert.All(
            _manifests.Of("NetworkPolicy"),
            policy =>
            {
                Assert.Equal("Ingress", policy.Text("spec", "policyTypes", 0));
                Assert.Equal("Egress", policy.Text("spec", "policyTypes", 1));
                Assert.All(
                    policy.List("spec", "egress"),
                    rule => Assert.NotEmpty(rule.List("ports"))
                );
            }
        );
    }

    [Fact]
    public void The_number_of_apis_is_the_autoscalers()
    {
        var target = _manifests.Of("HorizontalPodAutoscaler").Single().At("spec", "scaleTargetRef");

        Assert.Null(
            _manifests.The(target.Text("kind")!, target.Text("name")!).At("spec", "replicas")
        );
        Assert.Equal("api", target.Text("name"));
    }

    [Fact]
    public void Kustomizations_name_files_that_are_there_and_leave_none_out()
    {
        foreach (var folder in Manifests.Kustomizations)
        {
            var kustomization = Yaml.Documents(
                File.ReadAllText(Path.Combine(folder, "kustomization.yaml"))
            )[0];
            var named = kustomization
                .List("resources")
                .Concat(kustomization.List("components"))
                .Select(item => (string)item!)
                .ToArray();
            Assert.All(named, path => Assert.True(Path.Exists(Path.Combine(folder, path)), path));
            Assert.Superset(
                Directory
                    .GetFiles(folder, "*.yaml")
                    .Select(file => Path.GetFileName(file))
                    .Where(file => file != "kustomization.yaml")
                    .ToHashSet(),
                named.ToHashSet()
            );
        }
    }

    [Fact]
    public void A_release_names_every_image_by_its_version()
    {
        var images = Yaml.Documents(
                File.ReadAllText(
                    Path.Combine(Manifests.Folder, "example", "release", "kustomization.yaml")
                )
            )[0]
            .List("images")
            .ToDictionary(image => image.Text("name")!);

        Assert.Equal(
            _manifests.Pods.Select(pod => pod.Container.Text("image")!).Distinct().Order(),
            images.Keys.Order()
        );
        Assert.All(
            images.Values,
            image =>
                Assert.NotEqual("latest", image.Text("digest") ?? image.Text("newTag") ?? "latest")
        );
    }

    [Fact]
    public async Task The_example_put_together_keeps_every_promise()
    {
        var kustomize = Kustomize();
        Assert.SkipWhen(kustomize is null, "neither kustomize nor kubectl is installed");

        List<string> built = [];
        foreach (var folder in (string[])["migrate", "mall"])
        {
            var output = await Tool.Run(
                kustomize![0],
                [.. kustomize[1..], Path.Combine(Manifests.Folder, "example", folder)]
            );
            Assert.True(output.ExitCode == 0, output.Errors);
            Manifests.ReadStrictly(output.Output);
            built.Add(output.Output);
        }
        var manifests = Manifests.Parse(built);

        Assert.All(AllRules, rule => rule(manifests));
        Assert.All(
            manifests.Pods,
            pod => Assert.Matches("^registry.example.com/.*:[0-9.]+$", pod.Container.Text("image"))
        );
        Assert.All(
            manifests.Objects.Where(thing => thing.Text("kind") != "Namespace"),
            thing => Assert.Equal("points-mall", thing.Text("metadata", "namespace"))
        );
        Assert.All(
            ((string[])["silo", "api"]).Select(name => manifests.The("NetworkPolicy", name)),
            policy => Assert.NotNull(ToDatabase(policy).Text("to", 0, "ipBlock", "cidr"))
        );
    }

    private static JsonNode ToDatabase(JsonNode policy) =>
        policy.List("spec", "egress").Single(rule => rule.Text("ports", 0, "port") == "5432");

    private static string[]? Kustomize() =>
        Tool.IsInstalled("kustomize") ? ["kustomize", "build"]
        : Tool.IsInstalled("kubectl") ? ["kubectl", "kustomize"]
        : null;
}
