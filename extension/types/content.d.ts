/** What the classic scripts of src/content share: they cannot import, so each adds its part to `commonswatch`. */

export {};

declare global {
  interface Link {
    url: string;
    text: string;
    near: string;
    place: string;
  }
  interface Picture {
    url: string;
    place: string;
    w: number;
    h: number;
  }
  interface Said {
    text: string;
    place: string;
  }
  interface Slice {
    links: Link[];
    images: Picture[];
    names: Said[];
    rows: Said[];
  }
  /** Where something stands: an element; or words in a text node, from `start` to `end`. */
  interface Spot {
    node: Node;
    start: number;
    end: number;
  }
  /** What is particular about the pages of a host. */
  interface Site {
    /** Attributes that say a file's name in full, by name of the element in capitals. */
    names?: Record<string, string[]>;
    /** The text areas that hold the text of the open file. */
    openFile?: string;
    /** The name of a file in the words of such an attribute. */
    nameIn?: (words: string) => string;
  }
  interface Natives {
    firstChild: (node: object) => Node | null;
    nextSibling: (node: object) => Node | null;
    parent: (node: object) => Node | null;
    nodeName: (node: object) => string;
    words: (element: object) => string;
    firstElement: (element: object) => Element | null;
    nextElement: (element: object) => Element | null;
    base: (node: object) => string;
    append: (node: object, child: Node) => Node;
    part: (text: object, start: number, count: number) => string;
    attribute: (element: object, name: string) => string | null;
    matches: (element: object, selector: string) => boolean;
    shadow: (element: object, options: ShadowRootInit) => ShadowRoot;
    scrollTo: (element: object, options: ScrollIntoViewOptions) => void;
    box: (element: object) => DOMRect;
    remove: (element: object) => void;
    style: (element: object) => CSSStyleDeclaration;
    element: (page: object, name: string) => Element;
    root: (page: object) => Element | null;
    title: (page: object) => string;
    mediaType: (page: object) => string;
    isPrerendered: (page: object) => boolean;
    href: (link: object) => string;
    areaHref: (link: object) => string;
    source: (picture: object) => string;
    width: (picture: object) => number;
    height: (picture: object) => number;
    value: (area: object) => string;
    listen: (on: object, name: string, fn: (event: Event) => void, isFirst?: boolean) => void;
    unlisten: (on: object, name: string, fn: (event: Event) => void, isFirst?: boolean) => void;
    /** Resolves after so many milliseconds, and never at once. */
    later: (delay: number) => Promise<void>;
  }
  type Found = (place: string, spot: Spot) => void;
  /** How an element is read, by its name, and what its beginning and its end are in the light HTML. */
  interface Tag {
    kind: "" | "skip" | "text" | "link" | "picture" | "grid" | "row" | "lines" | "area";
    open: string;
    close: string;
  }
  interface Light {
    text: string;
    mark(tag: string): void;
    say(text: string): boolean;
    link(url: string): void;
  }
  interface Lines {
    add(text: string, node: Node, start: number): void;
    end(): void;
  }
  interface Candidates {
    count: number;
    sum: number;
    isFull: boolean;
    isOver: boolean;
    take(): Slice;
    link(url: string, text: string, node: Node): void;
    image(url: string, node: Node, w: number, h: number): void;
    name(text: string, node: Node): void;
    row(text: string, node: Node, start: number, end: number): void;
  }
  interface Reading {
    candidates: Candidates;
    light: Light;
    isOver: boolean;
    step(until: number): void;
  }
  interface Words {
    link(element: Element, name: string, root: string): string;
    root(): string;
    picture(element: Element, isImage: boolean): [string, number, number];
    openFile(area: Element, site?: Site): string;
    beginning(text: string, most: number): string;
    fileName(text: string): string;
    nameOf(element: Element, attributes: string[], nameIn?: (words: string) => string): string;
    isTelling(text: string): boolean;
    sum(text: string): number;
  }
  interface Pixels {
    place: string;
    width: number;
    height: number;
    data: string | null;
  }
  interface CommonsWatch {
    site: Site;
    natives: Natives;
    words: Words;
    Candidates: new (found?: Found) => Candidates;
    Lines: new (each: (line: string, node: Node, start: number) => void) => Lines;
    light: { byName: Map<string, Tag>; Light: new (isText: boolean) => Light };
    Reading: new (root: Node | null, isText: boolean, found?: Found) => Reading;
    places: {
      mark(place: string): Promise<{ found: boolean }>;
      pixels(places: string[]): Promise<Pixels[]>;
    };
    /** The document is an open text file. */
    isText: boolean;
    stop: () => void;
  }
  var commonswatch: CommonsWatch;
  var commonswatchSite: Site | undefined;
  var scheduler: { postTask<T>(task: () => T, options: { priority: string; delay?: number }): Promise<T> };
}
