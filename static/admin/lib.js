/* The view library in one place: preact, its hooks, and htm in place of JSX. */
import { h, render, Fragment, createContext } from './vendor/preact.js'
import { useCallback, useContext, useEffect, useLayoutEffect, useMemo, useReducer, useRef,
  useState } from './vendor/hooks.js'
import htm from './vendor/htm.js'

export const html = htm.bind(h)
export { render, Fragment, createContext, useCallback, useContext, useEffect, useLayoutEffect,
  useMemo, useReducer, useRef, useState }

/** A name for the DOM that no other element on the page has. */
let serial = 0
export const useId = prefix => useState(() => `${prefix}-${++serial}`)[0]
