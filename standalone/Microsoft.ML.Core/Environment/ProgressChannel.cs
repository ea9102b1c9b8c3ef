namespace Microsoft.ML.Runtime;

/// <summary>Takes progress and delivers it nowhere: so does the original under MLContext, where nobody listens.</summary>
internal sealed class ProgressChannel(IExceptionContext context, bool isRoot) : IProgressChannel
{
    private ProgressHeader _header = new();
    private bool _disposed;

    public void SetHeader(ProgressHeader header, Action<IProgressEntry> fillAction) => _header = header;

    public void Checkpoint(params double?[] values)
    {
        // Only the outermost channel looks at what it is given.
        if (!isRoot)
            return;
        context.Check(!_disposed, "Can't report checkpoints after disposing");
        int room = _header.MetricNames.Count + 2 * _header.UnitNames.Count;
        context.Check((values?.Length ?? 0) <= room, "Too many values provided in Checkpoint");
    }

    public IProgressChannel StartProgressChannel(string name) => new ProgressChannel(context, isRoot: false);

    public void Dispose() => _disposed = true;
}
