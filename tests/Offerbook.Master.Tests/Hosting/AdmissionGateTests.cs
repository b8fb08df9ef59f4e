using NUnit.Framework;
using Offerbook.Master.Hosting;

namespace Offerbook.Master.Tests.Hosting;

public sealed class AdmissionGateTests
{
    [Test]
    public async Task AdmissionGate_AllPlacesTaken_NextWaitsUntilOneIsGivenBack()
    {
        var gate = new AdmissionGate();
        var places = await TakeAllAsync(gate);

        var waiting = gate.EnterAsync(CancellationToken.None).AsTask();
        Assert.That(waiting.IsCompleted, Is.False);

        places[0].Dispose();
        Assert.That(await waiting, Is.Not.Null);
    }

    [Test]
    public async Task AdmissionGate_PlaceGivenBackTwice_CountsOnce()
    {
        var gate = new AdmissionGate();
        var places = await TakeAllAsync(gate);

        places[0].Dispose();
        places[0].Dispose();

        Assert.That(gate.EnterAsync(CancellationToken.None).IsCompleted, Is.True);
        Assert.That(gate.EnterAsync(CancellationToken.None).IsCompleted, Is.False);
    }

    [Test]
    public async Task AdmissionGate_WaiterLeaves_TakesNoPlace()
    {
        var gate = new AdmissionGate();
        var places = await TakeAllAsync(gate);
        using var leaving = new CancellationTokenSource();
        var waiting = gate.EnterAsync(leaving.Token).AsTask();

        await leaving.CancelAsync();
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());

        places[0].Dispose();
        Assert.That(gate.EnterAsync(CancellationToken.None).IsCompleted, Is.True);
    }

    private static async Task<List<IDisposable>> TakeAllAsync(AdmissionGate gate)
    {
        var places = new List<IDisposable>();
        for (var i = 0; i < AdmissionGate.Places; i++)
        {
            places.Add(await gate.EnterAsync(CancellationToken.None));
        }
        return places;
    }
}
