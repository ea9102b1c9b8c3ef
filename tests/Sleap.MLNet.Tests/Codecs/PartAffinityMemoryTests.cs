using Sleap.IO;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>Alone, because it counts the tensors of the whole process.</summary>
[Collection(nameof(PartAffinityMemoryTests))]
[CollectionDefinition(nameof(PartAffinityMemoryTests), DisableParallelization = true)]
public sealed class PartAffinityMemoryTests
{
    [Fact]
    public void Drawing_more_instances_holds_no_more_tensors_at_once()
    {
        Assert.Equal(MostTensors(2), MostTensors(20));

        static long MostTensors(int instances)
        {
            using var scope = NewDisposeScope();
            var points = rand(1, instances, 3, 2).Mul(64);
            // The largest number so far is one of the process: from there on, each new one counts.
            while (Tensor.TotalCount < Tensor.PeakCount)
                zeros(1);
            var before = Tensor.PeakCount;
            new PartAffinity([new Edge(0, 1), new Edge(1, 2)], 4, 15).Encode(points, 64, 64);
            return Tensor.PeakCount - before;
        }
    }
}
