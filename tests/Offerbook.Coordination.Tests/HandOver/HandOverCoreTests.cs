using Offerbook.Coordination.HandOver;

namespace Offerbook.Coordination.Tests.HandOver;

/// <summary>Row 26 of the fault matrix: the leader hands over when its store is slow and a peer is healthier.</summary>
internal sealed class HandOverCoreTests
{
    private static readonly TimeSpan Good = TimeSpan.FromMilliseconds(8);
    private static readonly TimeSpan Bad = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Tenure = new HandOverSettings().Tenure;

    [Test]
    public void Leader_SlowWithAWellNext_HandsOverOnceAfterItsTenure()
    {
        var bench = new Bench(3, (host, _) => host == 0 ? Bad : Good);

        bench.RunUntil(TimeSpan.FromHours(2));

        Assert.That(bench.HandOvers, Has.Count.EqualTo(1));
        Assert.That((bench.HandOvers[0].From, bench.HandOvers[0].To), Is.EqualTo((0, 1)));
        Assert.That(bench.HandOvers[0].At, Is.InRange(Tenure, Tenure + TimeSpan.FromSeconds(6)));
        Assert.That(bench.LetPast, Is.Empty);
    }

    [Test]
    public void Leader_TurnsSlowAfterItsTenure_HandsOverWithinAMinute()
    {
        var turns = TimeSpan.FromMinutes(10);
        var bench = new Bench(2, (host, at) => host == 0 && at >= turns ? Bad : Good);

        bench.RunUntil(TimeSpan.FromMinutes(20));

        Assert.That(bench.HandOvers, Has.Count.EqualTo(1));
        Assert.That(bench.HandOvers[0].At, Is.InRange(turns + TimeSpan.FromSeconds(10), turns + TimeSpan.FromSeconds(40)));
    }

    [Test]
    public void Candidates_AllAsSlow_KeepTheirPlaces()
    {
        var bench = new Bench(3, (_, _) => Bad);

        bench.RunUntil(TimeSpan.FromHours(2));

        Assert.That((bench.HandOvers, bench.LetPast), Is.EqualTo((new List<(TimeSpan, int, int)>(), new List<(TimeSpan, int)>())));
        Assert.That(bench.Alarms.Select(static alarm => (alarm.Who, alarm.IsSlow)),
            Is.EquivalentTo(new[] { (0, true), (1, true), (2, true) }));
    }

    [Test]
    public void Leader_SlowWithASlowNext_HandsOverToTheWellOneBehindIt()
    {
        var bench = new Bench(3, (host, _) => host == 2 ? Good : Bad);

        bench.RunUntil(TimeSpan.FromHours(1));

        Assert.That(bench.LetPast.Select(static past => past.Who), Is.EqualTo(new[] { 1 }));
        Assert.That(bench.HandOvers.Select(static change => (change.From, change.To)), Is.EqualTo(new[] { (0, 2) }));
    }

    [Test]
    public void Stores_SlowForWhoeverLeads_ChangeHandsNoOftenerThanTheTenure()
    {
        // Asked while it is being made, too.
        Bench? bench = null;
        bench = new Bench(2, (host, _) => bench?.Line.First() == host ? Bad : Good);

        bench.RunUntil(TimeSpan.FromHours(3));

        var times = bench.HandOvers.ConvertAll(static change => change.At);
        Assert.That(times, Has.Count.GreaterThan(10));
        Assert.That(times.Zip(times.Skip(1), static (one, next) => next - one), Is.All.GreaterThanOrEqualTo(Tenure));
    }

    [TestCase(400)]
    [TestCase(240)]
    public void Leader_BelowTheMark_KeepsItsLeadership(int milliseconds)
    {
        var bench = new Bench(2, (host, _) => host == 0 ? TimeSpan.FromMilliseconds(milliseconds) : Good);

        bench.RunUntil(TimeSpan.FromHours(1));

        Assert.That((bench.HandOvers.Count, bench.Alarms.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Next_WellButNotFourTimesAsFast_IsNotHandedTo()
    {
        var bench = new Bench(2, (host, _) => TimeSpan.FromMilliseconds(host == 0 ? 900 : 240));

        bench.RunUntil(TimeSpan.FromHours(1));

        Assert.That(bench.HandOvers, Is.Empty);
    }

    [Test]
    public void Alarm_BetweenTheTwoMarks_NeitherRisesNorFalls()
    {
        var bench = new Bench(1,
            (_, at) => TimeSpan.FromMilliseconds((int)at.TotalMinutes switch { 0 => 400, 1 => 600, 2 => 400, 3 => 200, _ => 400 }));

        bench.RunUntil(TimeSpan.FromMinutes(5));

        Assert.That(bench.Alarms.ConvertAll(static alarm => alarm.IsSlow), Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public void OneBadMeasurement_AmongGoodOnes_IsNoAlarm()
    {
        var bench = new Bench(2, (host, at) => host == 0 && at.TotalMinutes is >= 7 and < 7.05 ? TimeSpan.FromSeconds(10) : Good);

        bench.RunUntil(TimeSpan.FromMinutes(20));

        Assert.That((bench.HandOvers.Count, bench.Alarms.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Measurement_ThatHangs_CountsWhileItHangs()
    {
        var bench = new Bench(2, (host, at) => host == 0 && at >= TimeSpan.FromMinutes(6) ? TimeSpan.FromHours(5) : Good);

        bench.RunUntil(TimeSpan.FromMinutes(7));

        Assert.That(bench.HandOvers, Has.Count.EqualTo(1));
        Assert.That(bench.WordOf(0), Is.EqualTo(TimeSpan.FromMilliseconds(16_000)));
    }

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public void HandOvers_WhateverStoresDo_AreToTheWellAndNeverPingPong(ulong seed)
    {
        var random = new Offerbook.Actors.SeededRandom(seed);
        var hosts = 2 + random.Next(3);
        // Each store has a mood for some minutes: fine, middling, slow, hanging.
        var moods = Enumerable.Range(0, hosts)
            .Select(_ => Enumerable.Range(0, 200).Select(_ => (int[])[5, 30, 200, 400, 700, 2_000, 9_000]).Select(
            all => all[random.Next(all.Length)]).ToArray()).ToArray();
        var lengths = Enumerable.Range(0, hosts).Select(_ => 0.2 + 8 * random.NextDouble()).ToArray();
        var bench = new Bench(hosts, (host, at) => TimeSpan.FromMilliseconds(moods[host][(int)(at.TotalMinutes / lengths[host]) % 200]));

        bench.RunUntil(TimeSpan.FromHours(6));

        var last = TimeSpan.Zero;
        foreach (var (at, _, _) in bench.HandOvers)
        {
            Assert.That(at - last, Is.GreaterThanOrEqualTo(Tenure), "a leader keeps its leadership that long");
            last = at;
        }
        foreach (var past in bench.LetPast.GroupBy(static past => past.Who))
        {
            var times = past.Select(static one => one.At).ToList();
            Assert.That(times.Zip(times.Skip(1), static (one, next) => next - one), Is.All.GreaterThanOrEqualTo(Tenure));
        }
    }
}
