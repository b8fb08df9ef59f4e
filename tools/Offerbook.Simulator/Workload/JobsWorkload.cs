using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Network;

namespace Offerbook.Simulator.Workload;

/// <summary>Random clients of Batch: they submit jobs of a few runs and stop some of them.</summary>
public sealed class JobsWorkload
{
    private readonly SimCluster _cluster;
    private readonly SeededRandom _random;
    private readonly TimeSpan _mean;
    private readonly List<JobRequest> _jobs = [];
    private bool _stopped;

    /// <param name="mean">Mean time between two requests.</param>
    public JobsWorkload(SimCluster cluster, TimeSpan mean)
    {
        (_cluster, _mean) = (cluster, mean);
        _random = cluster.World.Seeds.For("jobs workload");
    }

    public IReadOnlyList<JobRequest> Jobs => _jobs;

    public int Acknowledged { get; private set; }

    /// <summary>No more requests, and none under way.</summary>
    public bool IsDone => _stopped && !_jobs.Exists(job => job.IsBusy);

    public void Start() => _cluster.World.Schedule(_random.Exponential(_mean), null, () =>
    {
        if (!_stopped)
        {
            Ask();
            Start();
        }
    });

    public void Stop() => _stopped = true;

    private void Ask()
    {
        if (_jobs.Count > 0 && _random.Chance(0.2))
        {
            var job = _random.Pick(_jobs);
            if (!job.IsBusy)
            {
                Delete(job);
            }
            return;
        }
        var life = _random.Exponential(TimeSpan.FromSeconds(15)).TotalSeconds;
        Submit(new JobRequest($"job-{_jobs.Count + 1}", _random.Between(1, 8), _random.Between(0, 3), _random.Chance(0.2) ? 1 : 0), life);
    }

    /// <summary>Submits a job whose every run takes <paramref name="life"/> seconds.</summary>
    public void Submit(JobRequest job, double life)
    {
        _jobs.Add(job);
        var body = new JObject
        {
            ["id"] = job.Id,
            ["command"] = string.Create(CultureInfo.InvariantCulture, $"sim life={life:0.0} exit={job.ExitCode}"),
            ["count"] = job.Count,
            ["retries"] = job.Retries,
            ["cpus"] = 0.05,
            ["mem"] = 16,
        };
        Send("POST /v1/jobs", body, job, taken: () => job.Acknowledged = true);
    }

    private void Delete(JobRequest job)
    {
        job.StopAsked = true;
        Send("DELETE /v1/jobs/" + job.Id, null, job, taken: () => { });
    }

    private void Send(string request, JObject? body, JobRequest job, Action taken)
    {
        job.IsBusy = true;
        int? status = null;
        SimExchange? exchange = null;
        exchange = _cluster.Network.Send(SimCluster.ClientName, _cluster.AddressOf(_cluster.BatchRole),
            new SimFrame($"{request} {job.Id}", body is null
                ? [] : Encoding.UTF8.GetBytes(body.ToString(Formatting.None))) { Path = request },
            frame => status = frame.Status,
            _ => Settle(),
            AppsClient.Patience);

        void Settle()
        {
            if (status is null or >= 500 && !exchange!.RequestSettled)
            {
                _cluster.World.Schedule(TimeSpan.FromSeconds(1), null, Settle);
                return;
            }
            job.IsBusy = false;
            if (status is >= 200 and < 300)
            {
                Acknowledged++;
                taken();
            }
        }
    }
}
