using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Previews;
using Offerbook.Apps.Rebalancing;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Adapters;

/// <summary>
/// What production's shell of Apps does for a rebalance and for the preview of a plan: it asks the core to look around, and makes the
/// answer of the view that readers see then, with production's own arithmetic.
/// </summary>
/// <param name="view">The newest view that readers would see.</param>
/// <param name="now">The clock of the process.</param>
/// <param name="answer">Answers a client.</param>
/// <param name="ask">Asks the core in a client's name, in a turn to come.</param>
internal sealed class LookingShell(Func<AppsView> view, Func<Now> now, Action<ConnectionId, int, JToken> answer,
    Action<ConnectionId, ApiCall, string> ask)
{
    private const string Plan = "POST /offerbook/v1/plan";
    private const string Apps = "POST /offerbook/v1/apps";
    private const string Rebalance = "/rebalance";

    private readonly AppsSettings _settings = AppsSettings.Default;
    private readonly FitCheck _fit = new(AppsSettings.Default.Matching);
    private readonly Dictionary<ConnectionId, Action> _then = [];

    /// <summary>Told what would fit, and of what view.</summary>
    public Action<AppsView, FitVerdict>? Judged { get; set; }

    /// <summary>Told which instances of an app would be better elsewhere, and of what view.</summary>
    public Action<AppsView, RunSpec, IReadOnlyList<InstanceMove>>? Ranked { get; set; }

    public static bool Serves(string request) =>
        request == Plan || (request.StartsWith(Apps, StringComparison.Ordinal)
            && request.Split('?')[0].EndsWith(Rebalance, StringComparison.Ordinal));

    public void Take(ConnectionId connection, string request, JToken? body)
    {
        if (request == Plan)
        {
            Preview(connection, body!);
            return;
        }
        var path = request.Split('?')[0];
        Improve(connection, path[Apps.Length..^Rebalance.Length], request);
    }

    /// <returns>Whether what was answered is that there was time to look.</returns>
    public bool Looked(ConnectionId connection)
    {
        var isLook = _then.Remove(connection, out var then);
        then?.Invoke();
        return isLook;
    }

    public void Clear() => _then.Clear();

    private void Preview(ConnectionId connection, JToken document)
    {
        var preview = PlanPreview.Of(view().State, _settings, document, _settings.Versioning, force: false, Present());
        if (!preview.IsOk)
        {
            Refuse(connection, preview.Error);
            return;
        }
        var starts = FitCheck.StartsOf(view().State, preview.Value);
        Look(connection, Plan, starts.Select(start => start.Spec.Role).Distinct().ToList(), () =>
        {
            var verdict = _fit.Judge(view(), starts, Present());
            Judged?.Invoke(view(), verdict);
            answer(connection, 200, PlanPreviewWriter.Write(view(), preview.Value, verdict));
        });
    }

    private void Improve(ConnectionId connection, string id, string request)
    {
        var path = PathId.Parse(id);
        if (view().State.Root.FindSpec(path) is not { } app)
        {
            Refuse(connection, ApiErrors.UnknownApp(path));
            return;
        }
        Look(connection, request, [app.Role], () =>
        {
            var present = view().State.Root.FindSpec(path) ?? app;
            var moves = RebalancePlan.Of(view(), present, _settings.Matching, Present());
            Ranked?.Invoke(view(), present, moves);
            if (moves.Count == 0 || request.EndsWith("?dryRun=true", StringComparison.Ordinal))
            {
                answer(connection, 200, new JObject { ["moves"] = new JArray(moves.Select(move => move.Instance.Id.Value)) });
                return;
            }
            ask(connection, new ApiCall.MoveInstances(id, moves.Select(move => move.Instance.Id.Value).ToList(),
                request.EndsWith("?force=true", StringComparison.Ordinal)), request);
        });
    }

    private void Look(ConnectionId connection, string request, IReadOnlyList<string> roles, Action then)
    {
        _then[connection] = then;
        ask(connection, new ApiCall.LookAround(roles), request);
    }

    private void Refuse(ConnectionId connection, ApiError error) => answer(connection, error.Status, error.Body);

    private Timestamp Present() => Timestamp.From(now().Wall);
}
