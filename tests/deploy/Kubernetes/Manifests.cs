using k8s;

namespace PointsMall.Tests.Deploy.Kubernetes;

/// <summary>The objects under deploy/kubernetes.</summary>
internal sealed class Manifests
{
    private Manifests(IReadOnlyList<JsonObject> objects) => Objects = objects;

    public static string Folder { get; } = Repository.File("deploy", "kubernetes");

    /// <summary>Every file that holds objects for the cluster; kustomize's own are not.</summary>
    public static string[] Files =>
        [
            .. Directory
                .GetFiles(Folder, "*.yaml", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(file) != "kustomization.yaml")
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>The folders with a kustomization.</summary>
    public static string[] Kustomizations =>
        [
            .. Directory
                .GetFiles(Folder, "kustomization.yaml", SearchOption.AllDirectories)
                .Select(file => Path.GetDirectoryName(file)!),
        ];

    public IReadOnlyList<JsonObject> Objects { get; }

    public static Manifests AsWritten() => Parse(Files.Select(File.ReadAllText));

    public static Manifests Parse(params IEnumerable<string> texts) =>
        new([.. texts.SelectMany(Yaml.Documents)]);

    /// <summary>Kubernetes' own types, generated from its schema, refuse a field that they do not have and a value of another kind.</summary>
    public static List<object> ReadStrictly(string text) =>
        KubernetesYaml.LoadAllFromString(text, strict: true);

    public IEnumerable<JsonObject> Of(string kind) =>
        Objects.Where(thing => thing.Text("kind") == kind);

    public JsonObject The(string kind, string name) =>
        Of(kind).Single(thing => thing.Text("metadata", "name") == name);

    /// <summary>Everything that runs: what it is, its pods' specification, and their containers.</summary>
    public IEnumerable<(string Name, JsonNode Pod, JsonNode Container)> Pods =>
        Objects
            .Where(thing => thing.At("spec", "template", "spec") is not null)
            .SelectMany(thing =>
                thing
                    .List("spec", "template", "spec", "containers")
                    .Concat(thing.List("spec", "template", "spec", "initContainers"))
                    .Select(container =>
                        (
                            thing.Text("metadata", "name")!,
                            thing.At("spec", "template", "spec")!,
                            container
                        )
                    )
            );
}
