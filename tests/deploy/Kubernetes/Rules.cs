using System.Globalization;
using PointsMall.Tests.Deploy.Containers;

namespace PointsMall.Tests.Deploy.Kubernetes;

/// <summary>What the manifests promise, whether as written or as kustomize puts them together.</summary>
internal static class Rules
{
    /// <summary>Nobody is root, writes its own files, gains a right, or can talk to Kubernetes.</summary>
    public static void Confined(Manifests manifests)
    {
        foreach (var (name, pod, container) in manifests.Pods)
        {
            var image = new ContainerFile(name == "api" ? "api" : "silo");
            Same("false", pod.Text("automountServiceAccountToken"), name);
            Same("true", pod.Text("securityContext", "runAsNonRoot"), name);
            Same($"{image.User.User}", pod.Text("securityContext", "runAsUser"), name);
            Same($"{image.User.Group}", pod.Text("securityContext", "runAsGroup"), name);
            Same("RuntimeDefault", pod.Text("securityContext", "seccompProfile", "type"), name);
            Same("true", container.Text("securityContext", "readOnlyRootFilesystem"), name);
            Same("false", container.Text("securityContext", "allowPrivilegeEscalation"), name);
            Same("ALL", container.Text("securityContext", "capabilities", "drop", 0), name);
            Assert.Null(container.At("securityContext", "capabilities", "add"));
            Assert.Null(container.At("securityContext", "privileged"));
            Assert.Null(container.At("command")); // the image's entry point
            Assert.All(
                (string[])["hostNetwork", "hostPID", "hostIPC"],
                shared => Assert.Null(pod.At(shared))
            );
        }
    }

    /// <summary>A request for both; memory is limited to what was requested, CPU is not limited.</summary>
    public static void Sized(Manifests manifests)
    {
        foreach (var (name, _, container) in manifests.Pods)
        {
            Assert.NotNull(container.At("resources", "requests", "cpu"));
            Assert.Null(container.At("resources", "limits", "cpu"));
            Assert.NotNull(container.At("resources", "requests", "memory"));
            Same(
                container.Text("resources", "requests", "memory"),
                container.Text("resources", "limits", "memory"),
                name
            );
        }
    }

    /// <summary>Passwords and connection strings are in Secrets that no manifest holds.</summary>
    public static void SecretsElsewhere(Manifests manifests)
    {
        Assert.Empty(manifests.Of("Secret"));
        var settings = manifests.Pods.SelectMany(pod => pod.Container.List("env")).ToArray();
        var secret = settings.Where(IsSecret).ToArray();
        Assert.Equal(5, secret.Length);
        Assert.All(
            secret,
            setting =>
            {
                Assert.Null(setting.At("value"));
                Assert.NotNull(setting.Text("valueFrom", "secretKeyRef", "name"));
                Assert.NotNull(setting.Text("valueFrom", "secretKeyRef", "key"));
            }
        );
        Assert.DoesNotContain(
            settings.Select(setting => setting.Text("value") ?? ""),
            value => value.Contains("Password=", StringComparison.OrdinalIgnoreCase)
        );
    }

    /// <summary>Whoever is stopped has longer than its host takes, after what comes before the signal.</summary>
    public static void PatientlyStopped(Manifests manifests)
    {
        foreach (var deployment in manifests.Of("Deployment"))
        {
            var name = deployment.Text("metadata", "name")!;
            var pod = deployment.At("spec", "template", "spec");
            var hook = pod.Text("containers", 0, "lifecycle", "preStop", "sleep", "seconds");
            Assert.True(
                Seconds(pod.Text("terminationGracePeriodSeconds")!)
                    > ShutdownTimes.Of(name) + Seconds(hook ?? "0"),
                name
            );
        }
    }

    /// <summary>A rollout starts the new before it stops the old; draining nodes takes one at a time.</summary>
    public static void NeverFewer(Manifests manifests)
    {
        foreach (var deployment in manifests.Of("Deployment"))
        {
            var name = deployment.Text("metadata", "name")!;
            Same("0", deployment.Text("spec", "strategy", "rollingUpdate", "maxUnavailable"), name);
            Same("1", deployment.Text("spec", "strategy", "rollingUpdate", "maxSurge"), name);
            var budget = manifests.The("PodDisruptionBudget", name);
            Same("1", budget.Text("spec", "maxUnavailable"), name);
            Same(
                deployment.Text("spec", "template", "metadata", "labels", "app.kubernetes.io/name"),
                budget.Text("spec", "selector", "matchLabels", "app.kubernetes.io/name"),
                name
            );
        }
    }

    private static bool IsSecret(JsonNode setting) =>
        setting.Text("name") is { } name
        && (
            name.StartsWith("ConnectionStrings", StringComparison.Ordinal)
            || name.Contains("PASSWORD", StringComparison.OrdinalIgnoreCase)
        );

    private static TimeSpan Seconds(string text) =>
        TimeSpan.FromSeconds(int.Parse(text, CultureInfo.InvariantCulture));

    private static void Same(string? expected, string? actual, string name) =>
        Assert.True(expected == actual, $"{name}: {actual} instead of {expected}");
}
