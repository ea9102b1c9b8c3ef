using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Standalone.Tests.MachineLearning.Data;

public sealed class EnvironmentTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<LoggingEventArgs> _log = [];

    public EnvironmentTests() => _ml.Log += (_, message) => _log.Add(message);

    [Fact]
    public void MessagesArriveWithTheirSource()
    {
        IHost host = ((IHostEnvironment)_ml).Register("AcmeTrainer");
        using (IChannel channel = host.Start("Training"))
        {
            channel.Info(MessageSensitivity.None, "epoch {0}", 1);
            channel.Warning(MessageSensitivity.None, "slow {0}");
        }
        Assert.Equal(
        [
            "[Source=AcmeTrainer; Training, Kind=Trace] Channel started",
            "[Source=AcmeTrainer; Training, Kind=Info] epoch 1",
            "[Source=AcmeTrainer; Training, Kind=Warning] slow {0}",
        ], _log.Take(3).Select(m => m.Message));
        Assert.Equal("epoch 1", _log[1].RawMessage);
        Assert.Equal(ChannelMessageKind.Info, _log[1].Kind);
        Assert.Equal("AcmeTrainer; Training", _log[1].Source);
        Assert.StartsWith("Channel finished. Elapsed ", _log[3].RawMessage);
        Assert.Equal("Channel disposed", _log[4].RawMessage);
        Assert.Equal(5, _log.Count);
    }

    [Fact]
    public void ProgressIsDeliveredNowhereButCounted()
    {
        IHost host = ((IHostEnvironment)_ml).Register("AcmeTrainer");
        bool asked = false;
        using IProgressChannel progress = host.StartProgressChannel("Training");
        progress.SetHeader(new ProgressHeader(["loss"], ["epochs"]), _ => asked = true);
        progress.Checkpoint(0.5, 1, 10);
        Assert.Contains("Too many values", Assert.Throws<InvalidOperationException>(() => progress.Checkpoint(1, 2, 3, 4)).Message);
        using IProgressChannel nested = progress.StartProgressChannel("Epoch");
        nested.Checkpoint(1, 2, 3, 4, 5);
        Assert.False(asked);
        Assert.Empty(_log);
    }

    [Fact]
    public void RandomNumbersAreThoseOfTheSeed()
    {
        static double[] Draw(int? seed, int? hostSeed)
        {
            Random random = ((IHostEnvironment)new MLContext(seed)).Register("A", hostSeed).Rand;
            return [random.NextDouble(), random.NextDouble(), random.NextDouble()];
        }

        Assert.Equal(Draw(7, null), Draw(7, null));
        Assert.NotEqual(Draw(7, null), Draw(8, null));
        Assert.Equal(Draw(1, 5), Draw(2, 5));
        Assert.All(Draw(7, null), number => Assert.InRange(number, 0, 1));
    }

    [Fact]
    public void ExceptionsAreMarkedByTheirContext()
    {
        var error = ((IExceptionContext)_ml).Process(new InvalidOperationException());
        Assert.True(error.Data.Contains("ML_IsMarked"));
    }

    [Fact]
    public void OptionsAreKeptByName()
    {
        Assert.True(_ml.TryAddOption("threads", 2));
        Assert.False(_ml.TryAddOption("threads", 3));
        Assert.True(_ml.TryGetOption("threads", out int threads));
        Assert.Equal(2, threads);
        Assert.False(_ml.TryGetOption("threads", out string? _));
        Assert.Equal(0, _ml.GetOptionOrDefault<int>("other"));
        Assert.True(_ml.RemoveOption("threads"));
        Assert.Throws<ArgumentNullException>(() => _ml.SetOption(" ", 1));
    }
}
