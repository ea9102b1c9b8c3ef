using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Standalone.Tests.TorchSharp;

/// <summary>Counts living tensors, so nothing else of this assembly may run beside it.</summary>
[Collection(nameof(AloneCollection))]
public sealed class DisposeScopeTests
{
    [Fact]
    public void ScopeEndsWhatWasMadeInItAndKeepsWhatWasMovedOut()
    {
        Tensor kept, moved, inner;
        using (var outer = NewDisposeScope())
        {
            using (var scope = NewDisposeScope())
            {
                inner = zeros(3);
                moved = (inner + 1).MoveToOuterDisposeScope();
                kept = (inner + 2).DetachFromDisposeScope();
                Assert.Equal(1, scope.DisposablesCount);
                Assert.Same(scope, CurrentDisposeScope);
            }
            Assert.True(inner.IsInvalid);
            Assert.False(moved.IsInvalid);
            Assert.Same(outer, CurrentDisposeScope);
            Assert.True(outer.Contains(moved));
        }
        Assert.True(moved.IsInvalid);
        Assert.Equal(2, kept[0].item<float>());
        Assert.Null(CurrentDisposeScope);
        kept.Dispose();
    }

    [Fact]
    public void OutermostScopeLetsGoWhatIsMovedOutOfIt()
    {
        Tensor result;
        using (NewDisposeScope()) result = ones(2).MoveToOuterDisposeScope();
        Assert.False(result.IsInvalid);
        result.Dispose();
    }

    [Fact]
    public void LiveTensorsAreAsManyAfterTrainingAsBefore()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        using (NewDisposeScope())
        {
            using var conv = nn.Conv2d(1, 2, 3);
            using var adam = optim.Adam(conv.parameters());
            for (var i = 0; i < 3; i++)
            {
                using var step = NewDisposeScope();
                adam.zero_grad();
                var loss = conv.call(rand(1, 1, 8, 8)).square().mean();
                loss.backward();
                adam.step();
            }
        }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        // Fewer when the collector got to tensors of other tests only now.
        Assert.True(Tensor.TotalCount <= before);
    }

    [Fact]
    public void ForgottenTensorsAreFreedByTheCollector()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        Forget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        // Fewer when the collector got to tensors of other tests only now.
        Assert.True(Tensor.TotalCount <= before);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Forget()
        {
            for (var i = 0; i < 100; i++) zeros(10);
        }
    }

    [Fact]
    public void ParameterTakesTheTensorsPlaceInItsScope()
    {
        Parameter parameter;
        using (NewDisposeScope())
        {
            var data = zeros(2);
            parameter = new Parameter(data);
            Assert.True(data.IsInvalid);
            Assert.True(parameter.requires_grad);
        }
        Assert.True(parameter.IsInvalid);
    }

    [Fact]
    public async Task ThreadsHaveTheirOwnScopesAndErrors()
    {
        using var scope = NewDisposeScope();
        var expected = arange(1000, float32).sum().item<float>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Factory.StartNew(() =>
        {
            Assert.Null(CurrentDisposeScope);
            for (var i = 0; i < 200; i++)
            {
                using var own = NewDisposeScope();
                Assert.Equal(expected + n * 1000, (arange(1000, float32) + n).sum().item<float>());
                var error = Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => zeros(2).view(n + 3));
                Assert.Contains($"[{n + 3}]", error.Message);
                Assert.Equal(4, own.DisposablesCount);
            }
        }, TaskCreationOptions.LongRunning)));
    }
}

[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
