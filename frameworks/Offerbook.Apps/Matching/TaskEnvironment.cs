using System.Globalization;
using System.Text;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Matching;

/// <summary>
/// The variables that a task finds: what it is, what it got, where it runs. Sorted by name. The app's own variables win over all
/// of them. The prefix goes before HOST and the PORT variables only.
/// </summary>
public static class TaskEnvironment
{
    /// <summary>Longer label keys are not told: the name of a variable would not fit everywhere.</summary>
    private const int MaxLabelKey = 493;

    /// <summary>Nor are longer label values.</summary>
    private const int MaxLabelValue = 512;

    public static SortedDictionary<string, EnvValue> Of(LaunchCandidate candidate, string host, IReadOnlyList<AssignedPort> ports,
        MatchSettings settings)
    {
        var app = candidate.App;
        var env = new SortedDictionary<string, EnvValue>(StringComparer.Ordinal);
        void Set(string name, string value) => env[name] = new EnvValue.Text(value);

        Set("MESOS_TASK_ID", candidate.TaskId.Value);
        Set("MARATHON_APP_ID", app.Id.ToString());
        Set("MARATHON_APP_VERSION", app.Version.ToString());
        Set("MARATHON_APP_RESOURCE_CPUS", Decimal(app.Resources.Cpus));
        Set("MARATHON_APP_RESOURCE_MEM", Decimal(app.Resources.Mem));
        Set("MARATHON_APP_RESOURCE_DISK", Decimal(app.Resources.Disk));
        Set("MARATHON_APP_RESOURCE_GPUS", app.Resources.Gpus.ToString(CultureInfo.InvariantCulture));
        Set("MARATHON_APP_ENFORCE_GROUP_ROLE", candidate.EnforcesGroupRole ? "TRUE" : "FALSE");
        if (app.Container is { Type: EngineType.Docker, Docker: { } docker })
        {
            Set("MARATHON_APP_DOCKER_IMAGE", docker.Image);
        }
        if (settings.AppsUrl is not null)
        {
            Set("OFFERBOOK_APPS_URL", settings.AppsUrl);
        }
        SetLabels(app.Labels, Set);
        Set(settings.EnvironmentPrefix + "HOST", host);
        SetPorts(app, ports, (name, value) => Set(settings.EnvironmentPrefix + name, value));
        foreach (var (name, value) in app.Env)
        {
            env[name] = value;
        }
        return env;
    }

    internal static void SetLabels(ValueMap<string> labels, Action<string, string> set)
    {
        var told = labels.Where(label => label.Key.Length < MaxLabelKey && label.Value.Length < MaxLabelValue)
            .Select(label => (Key: VariablePart(label.Key), label.Value)).ToList();
        set("MARATHON_APP_LABELS", string.Join(' ', told.Select(label => label.Key).Distinct()));
        foreach (var (key, value) in told)
        {
            set("MARATHON_APP_LABEL_" + key, value);
        }
    }

    private static void SetPorts(AppDefinition app, IReadOnlyList<AssignedPort> ports, Action<string, string> set)
    {
        if (ports.Count == 0)
        {
            return;
        }
        var names = app.IsHostNetworking
            ? app.PortDefinitions.Select(port => port.Name).ToList()
            : app.PortMappings.Select(mapping => mapping.Name).ToList();
        for (var i = 0; i < ports.Count; i++)
        {
            var number = Number(ports[i].Effective);
            set("PORT" + Number(i), number);
            set("PORT_" + Number(ports[i].Requested != 0 ? ports[i].Requested : ports[i].Effective), number);
            if (names[i] is { } name)
            {
                set("PORT_" + VariablePart(name), number);
            }
        }
        set("PORT", Number(ports[0].Effective));
        set("PORTS", string.Join(',', ports.Select(port => Number(port.Effective))));
    }

    /// <summary>Upper case; every run of other characters than letters, digits and <c>_</c> becomes one <c>_</c>.</summary>
    internal static string VariablePart(string text)
    {
        var part = new StringBuilder(text.Length);
        var isInRun = false;
        foreach (var c in text)
        {
            var fits = char.IsAsciiLetterOrDigit(c) || c == '_';
            if (fits || !isInRun)
            {
                part.Append(fits ? char.ToUpperInvariant(c) : '_');
            }
            isInRun = !fits;
        }
        return part.ToString();
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    internal static string Decimal(Quantity amount) => (amount.Milli / 1000m).ToString("0.0##", CultureInfo.InvariantCulture);
}
