using Microsoft.ML.Data;

namespace Standalone.Tests.MachineLearning;

/// <summary>A value of a third party's column type: like an image, it owns something and can't be copied.</summary>
public sealed class Blob(int size) : IDisposable
{
    public int Size { get; } = size;

    public bool IsDisposed { get; private set; }

    public void Dispose() => IsDisposed = true;
}

public sealed class BlobDataViewType() : StructuredDataViewType(typeof(Blob))
{
    public override bool Equals(DataViewType? other) => other is BlobDataViewType;

    public override bool Equals(object? other) => other is BlobDataViewType;

    public override int GetHashCode() => nameof(BlobDataViewType).GetHashCode(StringComparison.Ordinal);

    public override string ToString() => "Blob";
}

public sealed class BlobTypeAttribute : DataViewTypeAttribute
{
    public override void Register() => DataViewTypeManager.Register(new BlobDataViewType(), typeof(Blob), this);

    public override bool Equals(DataViewTypeAttribute? other) => other is BlobTypeAttribute;

    public override int GetHashCode() => nameof(BlobTypeAttribute).GetHashCode(StringComparison.Ordinal);
}

public sealed class BlobRow
{
    public int Id { get; set; }

    [BlobType]
    public Blob? Blob { get; set; }

    public static IEnumerable<BlobRow> Rows(int count) => Enumerable.Range(0, count).Select(i => new BlobRow { Id = i, Blob = new Blob(i) });
}
