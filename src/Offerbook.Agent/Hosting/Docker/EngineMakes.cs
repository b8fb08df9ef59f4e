using Offerbook.Agent.Containers;
using Offerbook.Agent.Docker;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// Notices an engine that answers questions and hangs on making containers. After some makes without an answer in a row it counts as not
/// answering; then every look at its list makes and removes a container that is never started, until one is answered.
/// </summary>
internal sealed class EngineMakes(EngineClient engine, EngineNews news, CancellationToken stopping)
{
    /// <summary>One may have been unlucky with its image or its disk.</summary>
    private const int SilencesUntilLost = 2;

    private int _silences;
    private Task _trial = Task.CompletedTask;

    /// <summary>What came of making or starting a container.</summary>
    public async ValueTask HeardAsync(EngineAnswer answer)
    {
        if (answer is not EngineAnswer.Silent silent)
        {
            Volatile.Write(ref _silences, 0);
        }
        else if (!silent.NeverSent && Interlocked.Increment(ref _silences) == SilencesUntilLost)
        {
            await news.LostAsync($"{silent.Why} when asked to make or start containers, {SilencesUntilLost} times in a row", doubt: false);
        }
    }

    /// <summary>The engine has answered a question.</summary>
    public async ValueTask AnsweredAsync(DockerLabels labels)
    {
        if (Volatile.Read(ref _silences) < SilencesUntilLost)
        {
            await news.FoundAsync();
        }
        else if (_trial.IsCompleted)
        {
            // It may take as long as a call may: what else the engine says is heard meanwhile.
            _trial = TryAsync(labels);
        }
    }

    private async Task TryAsync(DockerLabels labels)
    {
        try
        {
            // Has our label, so that one that comes to be late is found as nobody's and removed.
            var id = new ContainerId(Guid.NewGuid().ToString());
            var answer = await MakeAsync(id, labels);
            if (answer is EngineAnswer.Refused { IsMissingImage: true } && HolderImage.Make() is { } files)
            {
                answer = await engine.ImportAsync(HolderImage.Name, files, stopping) is EngineAnswer.Silent silent
                    ? silent : await MakeAsync(id, labels);
            }
            if (answer is EngineAnswer.Silent)
            {
                return;
            }
            Volatile.Write(ref _silences, 0);
            await engine.WorkAsync(HttpMethod.Delete, $"/containers/{ContainerRequest.NameOf(id)}?force=1&v=1", stopping);
            await news.FoundAsync();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    private Task<EngineAnswer> MakeAsync(ContainerId id, DockerLabels labels)
    {
        var body = new ContainerBody();
        body.Config["Image"] = HolderImage.Name;
        body.Config["Entrypoint"] = ContainerBody.List([HolderImage.Program]);
        body.Host["NetworkMode"] = "none";
        foreach (var (key, value) in labels.Of(id))
        {
            ContainerBody.Put(body.Config, "Labels", key, value);
        }
        return engine.WorkAsync(HttpMethod.Post, $"/containers/create?name={ContainerRequest.NameOf(id)}", stopping, body.Finish(null));
    }
}
