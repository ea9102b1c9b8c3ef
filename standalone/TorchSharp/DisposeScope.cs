using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Holds the tensors that were made while it was the innermost scope of its thread, and disposes them when it ends.</summary>
public sealed class DisposeScope : IDisposable
{
    DisposeScopeManager manager;

    internal DisposeScope(DisposeScopeManager manager)
    {
        this.manager = manager;
        OuterScope = manager.Current;
    }

    internal DisposeScope OuterScope { get; set; }

    internal HashSet<IDisposable> Disposables { get; private set; } = new(ReferenceEqualityComparer.Instance);

    public int DisposablesCount => Living.Disposables.Count;

    public IReadOnlyList<IDisposable> DisposablesView => [.. Living.Disposables];

    DisposeScope Living
    {
        get
        {
            ObjectDisposedException.ThrowIf(manager is null, this);
            return this;
        }
    }

    public bool Contains(IDisposable disposable) => Disposables.Contains(disposable);

    public void Attach(IDisposable disposable) => Living.Take((Tensor)disposable);

    public T MoveToOuter<T>(T disposable) where T : IDisposable => MoveToOther(OuterScope, disposable);

    public T MoveToOther<T>(DisposeScope scope, T disposable) where T : IDisposable
    {
        if (scope is null) return Detach(disposable);
        if (Living.Disposables.Contains(disposable)) scope.Take((Tensor)(IDisposable)disposable);
        return disposable;
    }

    public T Detach<T>(T disposable) where T : IDisposable
    {
        if (Living.Disposables.Remove(disposable)) ((Tensor)(IDisposable)disposable).OwningDisposeScope = null;
        return disposable;
    }

    public void MarkAsDisposed(IDisposable disposable) => Living.Detach(disposable);

    public void DisposeEverything() => DisposeEverythingBut([]);

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var old = Living.Disposables;
        Disposables = new(inKeep, ReferenceEqualityComparer.Instance);
        foreach (var disposable in old)
            if (!Disposables.Contains(disposable)) disposable.Dispose();
    }

    public T DisposeEverythingBut<T>(T keep) where T : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[keep]);
        return keep;
    }

    public void Dispose()
    {
        if (manager is null) return;
        DisposeEverything();
        manager.Remove(this);
        manager = null;
    }

    void Take(Tensor tensor)
    {
        tensor.OwningDisposeScope?.Disposables.Remove(tensor);
        Disposables.Add(tensor);
        tensor.OwningDisposeScope = this;
    }
}

/// <summary>The scopes of one thread, innermost first.</summary>
public class DisposeScopeManager
{
    [ThreadStatic] static DisposeScopeManager ofThread;

    internal static DisposeScopeManager OfThread => ofThread ??= new DisposeScopeManager();

    internal DisposeScope Current { get; private set; }

    internal DisposeScope Open() => Current = new DisposeScope(this);

    internal DisposeScope Register(Tensor tensor)
    {
        Current?.Disposables.Add(tensor);
        return Current;
    }

    /// <summary>Scopes usually end in the order they began; one in the middle is taken out of the chain.</summary>
    internal void Remove(DisposeScope scope)
    {
        if (ReferenceEquals(Current, scope))
        {
            Current = scope.OuterScope;
            return;
        }
        for (var inner = Current; inner is not null; inner = inner.OuterScope)
        {
            if (!ReferenceEquals(inner.OuterScope, scope)) continue;
            inner.OuterScope = scope.OuterScope;
            return;
        }
    }
}
